import { NumberInput, Select, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { choiceLabel, type Setting, type SettingValue, valueText } from './setting.ts'

/** The control of one setting, with what it means and where its value comes from. */
export function SettingField({
  setting,
  value,
  error,
  readOnly,
  onChange,
}: {
  readonly setting: Setting
  readonly value: SettingValue
  readonly error: string | undefined
  readonly readOnly: boolean
  readonly onChange: (value: SettingValue) => void
}) {
  const { label, meaning, fixed_by, input, max_length, choices = [], unit } = setting
  const disabled = readOnly || fixed_by !== null
  const shared = { label, description: `${meaning}.`, error, disabled }
  return (
    <div className="setting">
      {input === 'switch' ? (
        <Switch
          {...shared}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      ) : input === 'number' ? (
        <NumberInput
          {...shared}
          label={unit === undefined ? label : `${label} (${unit})`}
          className="setting-number"
          value={value === '' ? '' : Number(value)}
          allowDecimal={false}
          allowNegative={false}
          onChange={onChange}
        />
      ) : input === 'choice' ? (
        <Select
          {...shared}
          data={choices.map((choice) => ({ value: choice, label: choiceLabel(choice) }))}
          value={String(value)}
          allowDeselect={false}
          onChange={(choice) => choice !== null && onChange(choice)}
        />
      ) : input === 'time_zone' ? (
        <Select
          {...shared}
          data={[...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), String(value)])]}
          value={String(value)}
          searchable
          limit={50}
          nothingFoundMessage="No such time zone"
          allowDeselect={false}
          onChange={(zone) => zone !== null && onChange(zone)}
        />
      ) : input === 'long_text' ? (
        <Textarea
          {...shared}
          value={String(value)}
          maxLength={max_length}
          autosize
          minRows={2}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          {...shared}
          value={String(value)}
          maxLength={max_length}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
      <Origin setting={setting} value={value} disabled={disabled} onChange={onChange} />
    </div>
  )
}

/** Says what fixes the setting, or offers its default. */
function Origin({
  setting,
  value,
  disabled,
  onChange,
}: {
  readonly setting: Setting
  readonly value: SettingValue
  readonly disabled: boolean
  readonly onChange: (value: SettingValue) => void
}) {
  const { fixed_by, default: byDefault, label } = setting
  if (fixed_by !== null) {
    return (
      <Text fz="sm" c="dimmed">
        Set by <code>{fixed_by}</code>. Remove that line and restart the service to change it here.
      </Text>
    )
  }
  if (disabled || value === byDefault) return null
  return (
    <Text fz="sm" c="dimmed">
      Default: {valueText(setting, byDefault)}.{' '}
      <button
        type="button"
        className="text-button"
        aria-label={`Use the default of ${label}`}
        onClick={() => onChange(byDefault)}
      >
        Use it
      </button>
    </Text>
  )
}
