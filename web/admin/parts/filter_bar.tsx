import { Button, Menu, Popover, Stack, TextInput } from '@mantine/core'
import { IconChevronDown, IconFilter, IconX } from '@tabler/icons-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { SearchField } from './search_field.tsx'
import { useUrlState } from './url_state.ts'

interface FilterOption {
  readonly value: string
  readonly label: string
}

/** A filter of a list; `name` is the query parameter of both the page and the API. */
export interface Filter {
  readonly name: string
  readonly label: string
  /** The values to choose from; without them the value is typed. */
  readonly options?: readonly FilterOption[]
  /** What to type, such as `192.0.2.1`. */
  readonly placeholder?: string
}

/** Search and filters above a table. Each filter that is set is a chip that can be changed or removed. */
export function FilterBar({
  search,
  filters = [],
  children,
}: {
  /** Label of the search field; none without it. */
  readonly search?: string
  readonly filters?: readonly Filter[]
  /** More controls, at the end. */
  readonly children?: ReactNode
}) {
  const { values, change } = useUrlState()
  const [added, setAdded] = useState<string>()
  const isSet = ({ name }: Filter) => (values[name] ?? '') !== '' || name === added
  const apply = (name: string, value: string | undefined) => {
    setAdded(undefined)
    change({ [name]: value, after: undefined, page: undefined })
  }
  const free = filters.filter((filter) => !isSet(filter))
  return (
    <search className="filter-bar">
      {search !== undefined && <SearchField label={search} />}
      {filters.filter(isSet).map((filter) => (
        <FilterChip
          key={filter.name}
          filter={filter}
          value={values[filter.name] ?? ''}
          opened={filter.name === added}
          onChange={(value) => apply(filter.name, value)}
          onClose={() => setAdded(undefined)}
        />
      ))}
      {free.length > 0 && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="default" leftSection={<IconFilter size={16} aria-hidden />}>
              Filter
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {free.map(({ name, label }) => (
              <Menu.Item key={name} onClick={() => setAdded(name)}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {children !== undefined && <div className="filter-bar-end">{children}</div>}
    </search>
  )
}

function FilterChip({
  filter: { label, options, placeholder },
  value,
  opened: startsOpen,
  onChange,
  onClose,
}: {
  readonly filter: Filter
  readonly value: string
  readonly opened: boolean
  readonly onChange: (value: string | undefined) => void
  readonly onClose: () => void
}) {
  const [opened, setOpened] = useState(startsOpen)
  const shown = options?.find((option) => option.value === value)?.label ?? value
  const close = () => {
    setOpened(false)
    onClose()
  }
  return (
    <Popover
      opened={opened}
      onDismiss={close}
      position="bottom-start"
      trapFocus
      withinPortal={false}
      // the button has them, not the chip around it
      withRoles={false}
    >
      <Popover.Target>
        <div className="chip">
          <button
            type="button"
            className="chip-value"
            aria-haspopup="dialog"
            aria-expanded={opened}
            onClick={() => setOpened(!opened)}
          >
            <span className="dim">{label}:</span>{' '}
            <b className="cut">{shown === '' ? '…' : shown}</b>
            <IconChevronDown size={14} aria-hidden />
          </button>
          <button
            type="button"
            className="chip-remove"
            aria-label={`Remove filter ${label}`}
            onClick={() => onChange(undefined)}
          >
            <IconX size={14} aria-hidden />
          </button>
        </div>
      </Popover.Target>
      <Popover.Dropdown p={6}>
        {options === undefined ? (
          <TypedValue
            label={label}
            placeholder={placeholder}
            value={value}
            onApply={(text) => {
              setOpened(false)
              onChange(text)
            }}
          />
        ) : (
          <Stack gap={2} role="listbox" aria-label={label}>
            {options.map((option) => (
              <button
                key={option.value}
                type="button"
                role="option"
                aria-selected={option.value === value}
                className="chip-option"
                onClick={() => {
                  setOpened(false)
                  onChange(option.value)
                }}
              >
                {option.label}
              </button>
            ))}
          </Stack>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

function TypedValue({
  label,
  placeholder,
  value,
  onApply,
}: {
  readonly label: string
  readonly placeholder: string | undefined
  readonly value: string
  readonly onApply: (value: string) => void
}) {
  const [text, setText] = useState(value)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onApply(text.trim())
  }
  return (
    <form onSubmit={submit} className="chip-form">
      <TextInput
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
      />
      <Button type="submit">Apply</Button>
    </form>
  )
}
