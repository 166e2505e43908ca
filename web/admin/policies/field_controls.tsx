import {
  Button,
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core'
import type { Sections } from './policy.ts'
import {
  type Field,
  type Hours,
  methodWords,
  readHours,
  texts,
  valueAt,
  weekdays,
  withValue,
} from './section_fields.ts'

/** The controls of one section. */
export function FieldControls({
  fields,
  value,
  onChange,
}: {
  readonly fields: readonly Field[]
  readonly value: Sections
  readonly onChange: (value: Sections) => void
}) {
  return fields.map((field) => (
    <FieldControl
      key={field.path.join('.')}
      field={field}
      value={valueAt(value, field.path)}
      onChange={(next) => onChange(withValue(value, field.path, next))}
    />
  ))
}

function FieldControl({
  field,
  value,
  onChange,
}: {
  readonly field: Field
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}) {
  const { label, description } = field
  const texted = { label, ...(description === undefined ? {} : { description }) }
  switch (field.kind) {
    case 'choice':
      return (
        <Select
          {...texted}
          data={toOptions(field.options)}
          value={typeof value === 'string' ? value : field.byDefault}
          onChange={onChange}
          allowDeselect={false}
        />
      )
    case 'switch':
      return (
        <Switch
          {...texted}
          checked={(value ?? field.byDefault) === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'methods': {
      const chosen = texts(value)
      const others = chosen.filter((method) => !Object.hasOwn(methodWords, method))
      return (
        <Checkbox.Group {...texted} value={[...chosen]} onChange={onChange}>
          <Stack gap={6} mt={6}>
            {[...toOptions(methodWords), ...others.map((value) => ({ value, label: value }))].map(
              (option) => (
                <Checkbox key={option.value} {...option} />
              ),
            )}
          </Stack>
        </Checkbox.Group>
      )
    }
    case 'networks':
      return <TagsInput {...texted} value={[...texts(value)]} onChange={onChange} />
    case 'number':
      return (
        <NumberInput
          {...texted}
          placeholder={field.byDefault}
          min={field.min}
          max={field.max}
          allowDecimal={false}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
        />
      )
    case 'time zone':
      return (
        <Select
          {...texted}
          data={['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]}
          value={typeof value === 'string' ? value : 'UTC'}
          onChange={onChange}
          searchable
          allowDeselect={false}
        />
      )
    case 'hours':
      return <HoursControl {...texted} value={readHours(value)} onChange={onChange} />
  }
}

function HoursControl({
  label,
  description,
  value,
  onChange,
}: {
  readonly label: string
  readonly description?: string
  readonly value: readonly Hours[]
  readonly onChange: (value: readonly Hours[]) => void
}) {
  const change = (at: number, part: Partial<Hours>) =>
    onChange(value.map((hours, index) => (index === at ? { ...hours, ...part } : hours)))
  const add = () =>
    onChange([...value, { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }])
  return (
    <Stack component="fieldset" gap="sm" className="hours-control">
      <Text component="legend" fz="sm" fw={600}>
        {label}
      </Text>
      {description !== undefined && (
        <Text fz="xs" c="dimmed">
          {description} Hours whose end is before their beginning end on the next day.
        </Text>
      )}
      {value.map(({ days, from, to }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity, and their fields no state
        <div key={index} className="hours-row">
          <MultiSelect
            aria-label={`Days ${index + 1}`}
            data={toOptions(weekdays)}
            searchable
            value={[...days]}
            onChange={(next) =>
              change(index, { days: Object.keys(weekdays).filter((day) => next.includes(day)) })
            }
          />
          <TextInput
            aria-label={`From ${index + 1}`}
            value={from}
            placeholder="08:00"
            maxLength={5}
            onChange={(event) => change(index, { from: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`To ${index + 1}`}
            value={to}
            placeholder="18:00"
            maxLength={5}
            onChange={(event) => change(index, { to: event.currentTarget.value })}
          />
          <Button
            variant="default"
            aria-label={`Remove hours ${index + 1}`}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      <Group>
        <Button variant="default" onClick={add}>
          Add hours
        </Button>
      </Group>
    </Stack>
  )
}

function toOptions(words: Readonly<Record<string, string>>) {
  return Object.entries(words).map(([value, label]) => ({ value, label }))
}
