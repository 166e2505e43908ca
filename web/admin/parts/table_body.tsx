import { Checkbox, Skeleton } from '@mantine/core'
import type { Column } from './column.ts'
import type { List } from './list.ts'
import type { Selection } from './selection.ts'
import { tableRoles } from './table_roles.ts'

const loadingRows = [1, 2, 3, 4, 5, 6, 7, 8]

/** The rows of a table; grey bars while the first page loads. */
export function TableBody<Row>({
  columns,
  list,
  rowKey,
  selection,
}: {
  readonly columns: readonly Column<Row>[]
  readonly list: List<Row>
  readonly rowKey: (row: Row) => string
  /** `undefined` if rows can't be selected. */
  readonly selection: Selection | undefined
}) {
  return (
    <tbody {...tableRoles.group}>
      {list.isPending &&
        loadingRows.map((row) => (
          <tr key={row} {...tableRoles.row}>
            {selection !== undefined && <td {...tableRoles.cell} className="table-check" />}
            {columns.map(({ key, title }, index) => (
              <td key={key} {...tableRoles.cell} data-title={title}>
                <Skeleton h={12} my={5} w={index === 0 ? '70%' : '45%'} />
              </td>
            ))}
          </tr>
        ))}
      {list.rows.map((row) => {
        const id = rowKey(row)
        return (
          <tr key={id} {...tableRoles.row} data-selected={selection?.has(id) || undefined}>
            {selection !== undefined && (
              <td {...tableRoles.cell} className="table-check">
                <Checkbox
                  size="xs"
                  aria-label="Select this row"
                  checked={selection.has(id)}
                  onChange={() => selection.toggle(id)}
                />
              </td>
            )}
            {columns.map(({ key, title, cell, align }) => (
              <td key={key} {...tableRoles.cell} data-title={title} data-align={align}>
                {/* one element, for the two columns of a card */}
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        )
      })}
    </tbody>
  )
}
