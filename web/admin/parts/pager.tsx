import { Button, Group } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import type { List } from './list.ts'

/** Previous and next page; nothing if the list has one page. */
export function Pager<Row>({ list }: { readonly list: List<Row> }) {
  if (list.next === undefined && list.previous === undefined) return null
  return (
    <nav className="pager" aria-label="Pages of the table">
      <span className="dim">Page {list.page}</span>
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconChevronLeft size={16} aria-hidden />}
          disabled={list.previous === undefined}
          onClick={list.previous}
        >
          Previous
        </Button>
        <Button
          size="xs"
          variant="default"
          rightSection={<IconChevronRight size={16} aria-hidden />}
          disabled={list.next === undefined}
          loading={list.isUpdating}
          onClick={list.next}
        >
          Next
        </Button>
      </Group>
    </nav>
  )
}
