import { Button, Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
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
            <LoadingSkeleton h={140} />
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
