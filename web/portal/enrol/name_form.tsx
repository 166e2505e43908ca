import { Button, Paper, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { fieldProblem, formProblem, portal } from '../api.ts'
import type { AddedDevice } from './added_device.ts'

export function NameForm({
  device,
  onNamed,
}: {
  readonly device: AddedDevice
  readonly onNamed: () => void
}) {
  // the user has already named it in the app
  const [name, setName] = useState(device.name === '' ? 'My phone' : device.name)
  const rename = useMutation({
    mutationFn: () => portal.rename(device, name),
    onSuccess: onNamed,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    rename.mutate()
  }
  return (
    <Paper component="form" onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          onFocus={(event) => event.currentTarget.select()}
          error={fieldProblem(rename.error, 'name')}
          maxLength={64}
          autoComplete="off"
          autoFocus
          data-autofocus
        />
        <Problem>{formProblem(rename.error)}</Problem>
        <Button type="submit" loading={rename.isPending} disabled={name.trim() === ''}>
          Continue
        </Button>
      </Stack>
    </Paper>
  )
}
