import { Button, Group, Paper, Skeleton, Stack, Table, Text, ThemeIcon } from '@mantine/core'
import { IconShieldCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { PageTitle } from '../../parts/page_title.tsx'
import { Failed } from '../../parts/problem.tsx'
import { TypedWord } from '../../parts/typed_word.tsx'
import { type Device, errorMessage, portal } from '../api.ts'
import { useSessionChange } from '../session.ts'

/** What to do with it at the next sign-in. */
export function DoneStep({ onAnother }: { readonly onAnother: () => void }) {
  const { changed } = useSessionChange()
  const finish = async () => {
    await portal.signOut()
    await changed()
  }
  return (
    <Stack gap="lg">
      <div>
        <ThemeIcon variant="light" color="success" size={60} radius="xl" mb="sm">
          <IconShieldCheck size={34} aria-hidden />
        </ThemeIcon>
        <PageTitle>You are all set</PageTitle>
        <Text c="dimmed" mt={6}>
          At your next sign-in you type your password as always, and one of these where it asks for
          an MFA code or second password:
        </Text>
      </div>
      <TypedWords />
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

/** As the service has it: a phone from before comes first, and this one is then `push2`. */
function TypedWords() {
  const session = useQuery({ queryKey: ['enrolled'], queryFn: portal.session, gcTime: 0 })
  if (session.isPending) return <Skeleton h={120} radius="lg" aria-busy="true" />
  if (session.isError) {
    return (
      <Failed
        title="What you type can’t be shown"
        message={errorMessage(session.error)}
        retry={() => session.refetch()}
      />
    )
  }
  const devices = session.data.enrolled?.devices ?? []
  const rows = devices.flatMap((device) =>
    sayWords(device, devices.length > 1 && device.name !== '' ? device.name : 'your phone'),
  )
  return (
    <Paper p="xs">
      <Table verticalSpacing="md" withRowBorders>
        <Table.Tbody>
          {rows.map(([word, meaning]) => (
            <Table.Tr key={`${word} ${meaning}`}>
              <Table.Th scope="row" w={1}>
                <TypedWord>{word}</TypedWord>
              </Table.Th>
              <Table.Td>{meaning}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}

function sayWords({ typed, ways }: Device, phone: string): readonly (readonly [string, string])[] {
  const asked = typed.map((word) => [word, describeWord(word, phone)] as const)
  const passcode = `The passcode that the app on ${phone} shows; it needs no network.`
  return ways.includes('passcode') ? [...asked, ['123456', passcode]] : asked
}

function describeWord(word: string, phone: string): string {
  const [name = ''] = /^[a-z]+/.exec(word) ?? []
  switch (name) {
    case 'push':
      return `You are asked on ${phone}, and answer there.`
    case 'phone':
      return `You are called on ${phone}, and press the key that you are told.`
    case 'sms':
      return `A message to ${phone} brings a code. Sign in once more, with the code.`
    default:
      return ''
  }
}
