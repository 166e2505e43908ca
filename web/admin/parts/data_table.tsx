import type { ReactNode } from 'react'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { BulkBar } from './bulk_bar.tsx'
import type { Column } from './column.ts'
import { ColumnMenu, useHiddenColumns } from './column_menu.tsx'
import type { List } from './list.ts'
import { NothingFound } from './nothing_found.tsx'
import { Pager } from './pager.tsx'
import { type Selected, useSelection } from './selection.ts'
import { TableBody } from './table_body.tsx'
import { TableHead } from './table_head.tsx'
import { tableRoles } from './table_roles.ts'

/**
 * One page of a list as a table: sort, paging, column menu, selection, and the states loading, empty and
 * failed. On a phone each row is a card.
 *
 * @param props.name The browser keeps the chosen columns under this name.
 * @param props.label What the table holds, for screen readers.
 * @param props.noun The objects, singular and plural: `['user', 'users']`.
 * @param props.bulk Buttons for the selected rows; without it, rows can't be selected.
 * @param props.empty Shown when there are no objects at all.
 * @param props.tools More controls next to the column menu.
 */
export function DataTable<Row>({
  name,
  label,
  noun,
  list,
  columns,
  rowKey,
  bulk,
  empty,
  tools,
}: {
  readonly name: string
  readonly label: string
  readonly noun: readonly [string, string]
  readonly list: List<Row>
  readonly columns: readonly Column<Row>[]
  readonly rowKey: (row: Row) => string
  readonly bulk?: (selected: Selected, clear: () => void) => ReactNode
  readonly empty: ReactNode
  readonly tools?: ReactNode
}) {
  const [hidden, setHidden] = useHiddenColumns(name, columns)
  const selection = useSelection(list, rowKey)
  const shown = columns.filter(({ key }) => !hidden.has(key))
  if (list.error !== null && list.rows.length === 0) {
    return (
      <Failed
        title={`The ${noun[1]} can’t be shown`}
        message={errorMessage(list.error)}
        retry={list.retry}
      />
    )
  }
  if (!list.isPending && list.rows.length === 0) {
    return list.isFiltered || list.page > 1 ? <NothingFound noun={noun} list={list} /> : empty
  }
  const selectable = bulk === undefined ? undefined : selection
  return (
    <div className="table-card">
      {bulk !== undefined && selection.selected !== undefined ? (
        <BulkBar noun={noun} list={list} selection={selection}>
          {bulk(selection.selected, selection.clear)}
        </BulkBar>
      ) : (
        <div className="table-tools">
          <span className="table-count" role="status">
            {list.isPending ? '' : countText(list, noun)}
          </span>
          {tools}
          <ColumnMenu columns={columns} hidden={hidden} onChange={setHidden} />
        </div>
      )}
      <div className="table-scroll" data-updating={list.isUpdating || undefined}>
        <table {...tableRoles.table} aria-label={label} aria-busy={list.isPending}>
          <TableHead columns={shown} list={list} selection={selectable} />
          <TableBody columns={shown} list={list} rowKey={rowKey} selection={selectable} />
        </table>
      </div>
      <Pager list={list} />
    </div>
  )
}

function countText<Row>(list: List<Row>, [one, many]: readonly [string, string]): string {
  const { total, rows, next, page } = list
  if (total !== undefined) return `${total.toLocaleString()} ${total === 1 ? one : many}`
  if (page > 1 || next !== undefined) return ''
  return `${rows.length} ${rows.length === 1 ? one : many}`
}
