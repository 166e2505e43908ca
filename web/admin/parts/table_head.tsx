import { Checkbox } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { Column } from './column.ts'
import type { List } from './list.ts'
import type { Selection } from './selection.ts'
import { tableRoles } from './table_roles.ts'

/** The names of the columns; a click on one that can be sorted sorts by it. */
export function TableHead<Row>({
  columns,
  list,
  selection,
}: {
  readonly columns: readonly Column<Row>[]
  readonly list: List<Row>
  /** `undefined` if rows can't be selected. */
  readonly selection: Selection | undefined
}) {
  return (
    <thead {...tableRoles.group}>
      <tr {...tableRoles.row}>
        {selection !== undefined && (
          <th {...tableRoles.head} className="table-check">
            <Checkbox
              size="xs"
              aria-label="Select all rows of this page"
              checked={selection.page === 'all'}
              indeterminate={selection.page === 'some'}
              onChange={selection.togglePage}
            />
          </th>
        )}
        {columns.map((column) => (
          <HeadCell key={column.key} column={column} list={list} />
        ))}
      </tr>
    </thead>
  )
}

function HeadCell<Row>({
  column: { title, sort, align },
  list,
}: {
  readonly column: Column<Row>
  readonly list: List<Row>
}) {
  if (sort === undefined) {
    return (
      <th {...tableRoles.head} data-align={align}>
        {title}
      </th>
    )
  }
  const direction =
    list.sort === sort ? 'ascending' : list.sort === `-${sort}` ? 'descending' : undefined
  const Arrow = direction === 'descending' ? IconArrowDown : IconArrowUp
  return (
    <th {...tableRoles.head} aria-sort={direction ?? 'none'} data-align={align}>
      <button
        type="button"
        className="table-sort"
        onClick={() => list.sortBy(direction === 'ascending' ? `-${sort}` : sort)}
      >
        {title}
        <Arrow size={14} aria-hidden data-sorted={direction !== undefined || undefined} />
      </button>
    </th>
  )
}
