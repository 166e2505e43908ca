import { Button, Paper, Stack, Text, TextInput, ThemeIcon, Title } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { fieldProblem, formProblem, portal } from '../api.ts'
import type { AddedDevice } from './add_device.tsx'

/** Gives a device that has just been added a name that its owner will know it by. */
export function NameStep({
  device,
  onNamed,
}: {
  readonly device: AddedDevice
  readonly onNamed: (name: string) => void
}) {
  const [name, setName] = useState('My phone')
  const rename = useMutation({
    mutationFn: () => portal.rename(device.id, name),
    onSuccess: () => onNamed(name.trim()),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    rename.mutate()
  }
  return (
    <Stack gap="lg">
      <div>
        <ThemeIcon variant="light" color="success" size={52} radius="xl" mb="sm">
          <IconCheck size={30} aria-hidden />
        </ThemeIcon>
        <Title order={1} fz={28} className="balance">
          Your phone is connected
        </Title>
        <Text c="dimmed" mt={6}>
          Give it a name, so that you know it among others.
        </Text>
      </div>
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
          />
          <Problem>{formProblem(rename.error)}</Problem>
          <Button type="submit" loading={rename.isPending} disabled={name.trim() === ''}>
            Continue
          </Button>
        </Stack>
      </Paper>
    </Stack>
  )
}
