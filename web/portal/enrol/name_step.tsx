import { Stack, Text, ThemeIcon } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { PageTitle } from '../../parts/page_title.tsx'
import type { AddedDevice } from './added_device.ts'
import { NameForm } from './name_form.tsx'

export function NameStep({
  device,
  onNamed,
}: {
  readonly device: AddedDevice
  readonly onNamed: () => void
}) {
  return (
    <Stack gap="lg">
      <div>
        <ThemeIcon variant="light" color="success" size={52} radius="xl" mb="sm">
          <IconCheck size={30} aria-hidden />
        </ThemeIcon>
        <PageTitle>Phone connected</PageTitle>
        <Text c="dimmed" mt={6}>
          Give it a name so you can recognise it.
        </Text>
      </div>
      <NameForm device={device} onNamed={onNamed} />
    </Stack>
  )
}
