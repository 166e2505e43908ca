import { Button, Group, Stack, Text } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { Dialog } from '../../parts/dialog.tsx'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'

/** Asks for confirmation before a removal, or explains why it is not possible. */
export function RemoveDialog({
  opened,
  name,
  consequence,
  refused,
  change,
  onClose,
}: {
  readonly opened: boolean
  readonly name: string
  readonly consequence: string
  readonly refused?: string | undefined
  readonly change: UseMutationResult<object, Error, void>
  readonly onClose: () => void
}) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Remove “${name}”?`} size={420}>
      <Stack gap="md">
        <Text>{refused ?? consequence}</Text>
        <Problem>{change.error === null ? undefined : errorMessage(change.error)}</Problem>
        <Group justify="flex-end" gap="xs">
          <Button variant="subtle" onClick={onClose} data-autofocus>
            {refused === undefined ? 'Cancel' : 'OK'}
          </Button>
          {refused === undefined && (
            <Button
              color="danger"
              loading={change.isPending}
              onClick={() => change.mutate(undefined, { onSuccess: onClose })}
            >
              Remove
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  )
}
