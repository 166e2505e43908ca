import { ActionIcon, Menu } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconColumns3 } from '@tabler/icons-react'

interface ColumnChoice {
  readonly key: string
  readonly title: string
  readonly optional?: boolean
}

/** The hidden columns of a table, kept in the browser. */
export function useHiddenColumns(name: string, columns: readonly ColumnChoice[]) {
  const [kept, keep] = useLocalStorage<readonly string[]>({
    key: `countersign-columns-${name}`,
    getInitialValueInEffect: false,
    defaultValue: columns.filter(({ optional }) => optional === true).map(({ key }) => key),
  })
  return [new Set(kept), keep] as const
}

export function ColumnMenu({
  columns,
  hidden,
  onChange,
}: {
  readonly columns: readonly ColumnChoice[]
  readonly hidden: ReadonlySet<string>
  readonly onChange: (hidden: readonly string[]) => void
}) {
  const toggle = (key: string) => {
    const changed = new Set(hidden)
    if (!changed.delete(key)) changed.add(key)
    onChange([...changed])
  }
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon color="gray" size="md" aria-label="Columns" className="column-menu">
          <IconColumns3 size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.slice(1).map(({ key, title }) => (
          <Menu.CheckboxItem key={key} checked={!hidden.has(key)} onChange={() => toggle(key)}>
            {title}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
