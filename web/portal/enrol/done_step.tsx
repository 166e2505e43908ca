import { Button, Group, Paper, Skeleton, Stack, Table, Text, ThemeIcon } from '@mantine/core'
import { IconShieldCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { PageTitle } from '../../parts/page_title.tsx'
import { Failed } from '../../parts/problem.tsx'
import { TypedWord } from '../../parts/typed_word.tsx'
import { type Device, errorMessage, portal } from '../api.ts'
import { useSessionChange } from '../session.ts'

export function DoneStep({ onAnother }: { readonly onAnother: () => void }) {
  const { changed } = useSessionChange()
  const finish = async () => {
    await portal.finishEnrolment()
    await changed()
  }
  return (
    <Stack gap="lg">
      <div>
        <ThemeIcon variant="light" color="success" size={60} radius="xl" mb="sm">
          <IconShieldCheck size={34} aria-hidden />
        </ThemeIcon>
        <PageTitle>You’re all set</PageTitle>
        <Text c="dimmed" mt={6}>
          Next time you sign in, enter your password as usual. When you are asked for an MFA code or
          second password, type one of these:
        </Text>
      </div>
      <TypedWords />
      <Text fz="sm" c="dimmed">
        Come back to this page at any time to add, rename or remove devices.
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

/** Loaded from the service, because earlier phones change the numbers, as in `push2`. */
function TypedWords() {
  const session = useQuery({ queryKey: ['enrolled'], queryFn: portal.session, gcTime: 0 })
  if (session.isPending) return <Skeleton h={120} radius="lg" aria-busy="true" />
  if (session.isError) {
    return (
      <Failed
        title="Can’t show what to type"
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

function sayWords(
  { kind, name, typed, ways }: Device,
  phone: string,
): readonly (readonly [string, string])[] {
  if (kind === 'app') {
    const app = name === 'Authenticator app' ? 'your authenticator app' : name
    return [['123456', `The passcode shown in ${app}.`]]
  }
  const asked = typed.map((word) => [word, describeWord(word, phone)] as const)
  const passcode = `The passcode shown in the app on ${phone}. Works offline.`
  return ways.includes('passcode') ? [...asked, ['123456', passcode]] : asked
}

function describeWord(word: string, phone: string): string {
  const [name = ''] = /^[a-z]+/.exec(word) ?? []
  switch (name) {
    case 'push':
      return `Approve the request on ${phone}.`
    case 'phone':
      return `Answer the call on ${phone} and press the key that it names.`
    case 'sms':
      return `Get a passcode by SMS on ${phone}, then sign in again with that passcode.`
    default:
      return ''
  }
}
