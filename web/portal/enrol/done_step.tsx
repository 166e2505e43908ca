import { Button, Group, Paper, Stack, Table, Text, ThemeIcon, Title } from '@mantine/core'
import { IconShieldCheck } from '@tabler/icons-react'
import { TypedWord } from '../../parts/typed_word.tsx'
import { portal } from '../api.ts'
import { useSessionChange } from '../session.ts'
import type { AddedDevice } from './add_device.tsx'

const words = {
  app: [
    ['push', 'Your phone asks you; you approve it there.'],
    ['123456', 'Or the passcode that the app shows: works without a network.'],
  ],
  number: [['sms', 'A message brings you codes; sign in once more, with one of them.']],
} as const

/** What to do with it at the next sign-in. */
export function DoneStep({
  added,
  onAnother,
}: {
  readonly added: readonly AddedDevice[]
  readonly onAnother: () => void
}) {
  const { changed } = useSessionChange()
  const finish = async () => {
    await portal.signOut()
    await changed()
  }
  const kinds = new Set(added.map(({ kind }) => kind))
  const rows = [
    ...(kinds.has('app') || kinds.size === 0 ? words.app : []),
    ...(kinds.has('number') ? words.number : []),
  ]
  return (
    <Stack gap="lg">
      <div>
        <ThemeIcon variant="light" color="success" size={60} radius="xl" mb="sm">
          <IconShieldCheck size={34} aria-hidden />
        </ThemeIcon>
        <Title order={1} fz={30} className="balance">
          You are all set
        </Title>
        <Text c="dimmed" mt={6}>
          At your next sign-in you type your password as always, and one of these where it asks for
          an MFA code or second password:
        </Text>
      </div>
      <Paper p="xs">
        <Table verticalSpacing="md" withRowBorders>
          <Table.Tbody>
            {rows.map(([word, meaning]) => (
              <Table.Tr key={word}>
                <Table.Th scope="row" w={1}>
                  <TypedWord>{word}</TypedWord>
                </Table.Th>
                <Table.Td>{meaning}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      <Text fz="sm" c="dimmed">
        You can come back to this address at any time to add, rename or remove devices.
      </Text>
      <Group>
        <Button onClick={() => finish().catch(() => {})}>Finish</Button>
        <Button variant="subtle" onClick={onAnother}>
          Add another device
        </Button>
      </Group>
    </Stack>
  )
}
