import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { RouteDialog } from '../parts/route_dialog.tsx'
import type { SelectionCounts, useBulk } from './bulk.ts'

/** The dialog of a bulk change, once it is known what the change affects. */
export function BulkDialog({
  title,
  bulk: { isSelected, counted, close },
  children,
}: {
  readonly title: string
  readonly bulk: ReturnType<typeof useBulk>
  readonly children: (counts: SelectionCounts) => ReactNode
}) {
  return (
    <RouteDialog parent="/users" title={title}>
      {isSelected ? (
        counted.data === undefined ? (
          counted.error === null ? (
            <Skeleton h={140} role="status" aria-label="Loading" />
          ) : (
            <Problem>{errorMessage(counted.error)}</Problem>
          )
        ) : (
          children(counted.data)
        )
      ) : (
        <Stack gap="md">
          <Text fz="sm">Select users in the list first.</Text>
          <Group justify="flex-end">
            <Button onClick={close}>Back to the list</Button>
          </Group>
        </Stack>
      )}
    </RouteDialog>
  )
}
