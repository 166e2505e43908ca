import {
  Button,
  Group,
  List,
  Loader,
  Paper,
  Skeleton,
  Stack,
  Text,
  ThemeIcon,
  Title,
  VisuallyHidden,
} from '@mantine/core'
import { IconBell, IconCheck } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useFocusFallback } from '../../parts/focus_fallback.ts'
import { PageTitle } from '../../parts/page_title.tsx'
import { Problem } from '../../parts/problem.tsx'
import { type Device, errorMessage, portal, type TestPushStatus } from '../api.ts'

const everyMs = 1500

/** Sends a test push to the phone that was just added. Other devices have nothing to test. */
export function TestStep({
  device,
  onDone,
}: {
  /** The device added last; `undefined` after a reload. */
  readonly device: string | undefined
  readonly onDone: () => void
}) {
  const session = useQuery({ queryKey: ['enrolled'], queryFn: portal.session, gcTime: 0 })
  const added = session.data?.enrolled?.devices ?? []
  const phone =
    device === undefined
      ? added.findLast(({ ways }) => ways.includes('push'))
      : added.find(({ id, ways }) => id === device && ways.includes('push'))
  const nothing = session.isError || (session.isSuccess && phone === undefined)
  useEffect(() => {
    if (nothing) onDone()
  }, [nothing, onDone])
  if (phone === undefined) return <Skeleton h={180} radius="lg" aria-busy="true" />
  return <Test phone={phone} onDone={onDone} />
}

function Test({ phone, onDone }: { readonly phone: Device; readonly onDone: () => void }) {
  const name = phone.name === '' ? 'your phone' : phone.name
  const send = useMutation({ mutationFn: () => portal.sendTestPush(phone.id) })
  const code = send.data?.code
  const status = useQuery({
    queryKey: ['test push', code, send.submittedAt],
    queryFn: portal.testPushStatus,
    enabled: code !== undefined,
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.kind === 'waiting' ? everyMs : false,
    gcTime: 0,
  })
  const { kind = 'waiting', notified = true } = status.data ?? {}
  if (kind === 'approved') return <Works name={name} onDone={onDone} />
  const waits = code !== undefined && kind === 'waiting' && !status.isError
  return (
    <Stack gap="lg">
      <div>
        <PageTitle>Test your phone</PageTitle>
        <Text c="dimmed" mt={6}>
          {waits
            ? `A request is on its way to ${name}.`
            : `We send a request to ${name}, to make sure that it arrives.`}
        </Text>
      </div>
      <Paper>
        {waits ? (
          <Waiting code={code} />
        ) : (
          <Stack gap="md" align="flex-start">
            <Problem>{describeProblem(kind, send.error ?? status.error)}</Problem>
            <Button
              leftSection={<IconBell size={20} aria-hidden />}
              loading={send.isPending}
              onClick={() => send.mutate()}
            >
              {code === undefined ? 'Send a test push' : 'Send another one'}
            </Button>
          </Stack>
        )}
      </Paper>
      {code !== undefined && kind !== 'refused' && (
        <NothingArrived name={name} notified={notified} />
      )}
      <Button variant="subtle" className="self-start" onClick={onDone}>
        Continue without testing
      </Button>
    </Stack>
  )
}

function Waiting({ code }: { readonly code: string }) {
  const heading = useFocusFallback<HTMLHeadingElement>()
  return (
    <Stack gap="md" align="center" ta="center">
      <div>
        <Title ref={heading} order={2} fz="md" fw={600} tabIndex={-1}>
          Enter this code in the app
        </Title>
        <Text className="shown-code">
          <span aria-hidden>{code}</span>
          <VisuallyHidden>{[...code].join(' ')}</VisuallyHidden>
        </Text>
      </div>
      <Group gap={10} role="status" wrap="nowrap">
        <Loader size="xs" />
        <Text fz="sm" c="dimmed">
          Waiting for your answer…
        </Text>
      </Group>
    </Stack>
  )
}

/** What to do if the phone shows nothing; the most likely reason first. */
function NothingArrived({ name, notified }: { readonly name: string; readonly notified: boolean }) {
  return (
    <div>
      <Text fw={600} fz="sm" mb={6}>
        Nothing on {name}?
      </Text>
      <List fz="sm" spacing={6} className="help-list">
        <List.Item>Open the Countersign app. The request is on its first screen.</List.Item>
        {!notified && (
          <List.Item>
            Notifications are off on this phone. In the app, open Settings and turn them on.
          </List.Item>
        )}
        <List.Item>
          On an iPhone, open the app from the home screen: only there it can notify you.
        </List.Item>
        {notified && (
          <List.Item>
            Allow notifications of your browser in the settings of the phone, and turn off “Do not
            disturb” and battery saving.
          </List.Item>
        )}
        <List.Item>The phone needs a network that reaches this service.</List.Item>
      </List>
    </div>
  )
}

function Works({ name, onDone }: { readonly name: string; readonly onDone: () => void }) {
  return (
    <Stack gap="lg">
      <div>
        <ThemeIcon variant="light" color="success" size={52} radius="xl" mb="sm">
          <IconCheck size={30} aria-hidden />
        </ThemeIcon>
        <PageTitle>Your phone works</PageTitle>
        <Text c="dimmed" mt={6}>
          The request arrived on {name}, and your answer came back.
        </Text>
      </div>
      <Button onClick={onDone}>Continue</Button>
    </Stack>
  )
}

function describeProblem(kind: TestPushStatus['kind'], error: unknown): string | undefined {
  if (error !== null) return errorMessage(error)
  if (kind === 'timeout') return 'No answer came within a minute.'
  return kind === 'refused'
    ? 'The request was denied on the phone. For the test, approve it.'
    : undefined
}
