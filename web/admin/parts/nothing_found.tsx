import { Button } from '@mantine/core'
import { IconFilterOff } from '@tabler/icons-react'
import { EmptyState } from './empty_state.tsx'
import type { List } from './list.ts'

/** In place of a table whose filters match nothing. */
export function NothingFound<Row>({
  noun,
  list,
}: {
  readonly noun: readonly [string, string]
  readonly list: List<Row>
}) {
  return (
    <EmptyState
      icon={IconFilterOff}
      title={`No ${noun[1]} match`}
      action={
        <Button variant="default" onClick={list.clearFilters}>
          Clear search and filters
        </Button>
      }
    >
      Check the spelling, or remove a filter.
    </EmptyState>
  )
}
