import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { apiUrl } from '../api.ts'
import { usePermits } from '../session.ts'

const formats = [
  { format: 'csv', label: 'CSV' },
  { format: 'json', label: 'JSON' },
] as const

/**
 * Exports exactly what a list shows, on all pages. Hidden without the permit.
 *
 * @param props.path A route that takes `format` and the filters of the list.
 */
export function ExportMenu({
  path,
  filters,
}: {
  readonly path: string
  readonly filters: Readonly<Record<string, string>>
}) {
  if (!usePermits()('lists.export')) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(({ format, label }) => (
          <Menu.Item
            key={format}
            component="a"
            href={apiUrl(path, { ...filters, format })}
            download
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
