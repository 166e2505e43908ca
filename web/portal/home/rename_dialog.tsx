import { Button, Group, Stack, TextInput } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import { Problem } from '../../parts/problem.tsx'
import { fieldProblem, formProblem } from '../api.ts'

export function RenameDialog({
  opened,
  name: before,
  change,
  onClose,
}: {
  readonly opened: boolean
  readonly name: string
  readonly change: UseMutationResult<object, Error, string>
  readonly onClose: () => void
}) {
  const [name, setName] = useState(before)
  useEffect(() => {
    if (opened) setName(before)
  }, [opened, before])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate(name, { onSuccess: onClose })
  }
  return (
    <Dialog opened={opened} onClose={onClose} title="Rename" size={420}>
      <Stack component="form" gap="md" onSubmit={submit}>
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldProblem(change.error, 'name')}
          maxLength={64}
          autoComplete="off"
          data-autofocus
        />
        <Problem>{formProblem(change.error)}</Problem>
        <Group justify="flex-end" gap="xs">
          <Button variant="subtle" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending} disabled={name.trim() === ''}>
            Rename
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
