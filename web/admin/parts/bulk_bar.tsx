import { Button, CloseButton } from '@mantine/core'
import type { ReactNode } from 'react'
import type { List } from './list.ts'
import type { Selection } from './selection.ts'

/** What can be done with the selected rows. */
export function BulkBar<Row>({
  noun: [one, many],
  list,
  selection,
  children,
}: {
  readonly noun: readonly [string, string]
  readonly list: List<Row>
  readonly selection: Selection
  readonly children: ReactNode
}) {
  const { selected } = selection
  const more = list.next !== undefined || list.page > 1
  const total = list.total === undefined ? '' : `${list.total.toLocaleString()} `
  return (
    <section className="table-tools bulk-bar" aria-label="Selected rows">
      <CloseButton size="sm" aria-label="Clear the selection" onClick={selection.clear} />
      <span role="status">
        {selected?.kind === 'all'
          ? `All ${total}${many} that match`
          : `${selected?.keys.length ?? 0} ${selected?.keys.length === 1 ? one : many} selected`}
      </span>
      {selected?.kind === 'rows' && selection.page === 'all' && more && (
        <Button size="compact-sm" variant="subtle" onClick={selection.selectAll}>
          Select all {total}that match
        </Button>
      )}
      <div className="bulk-acts">{children}</div>
    </section>
  )
}
