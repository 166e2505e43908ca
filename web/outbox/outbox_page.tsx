import { Paper, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core'
import { IconMailbox } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Frame } from '../parts/frame.tsx'
import { Failed } from '../parts/problem.tsx'
import { TestMode } from '../parts/test_mode.tsx'
import { type Entry, OutboxError, outbox } from './api.ts'
import { CallCard } from './call_card.tsx'
import { MailCard, MessageCard } from './message_cards.tsx'

const lookEveryMs = 1000

export function OutboxPage() {
  const entries = useQuery({
    queryKey: ['entries'],
    queryFn: outbox.entries,
    refetchInterval: ({ state }) => (state.error instanceof OutboxError ? false : lookEveryMs),
  })
  const shown = entries.data?.entries ?? []
  return (
    <Frame size={680}>
      <Stack gap="lg">
        <div>
          <Title order={1} fz={24}>
            Outbox
          </Title>
          <Text c="dimmed" fz="sm" mt={4}>
            Messages, calls and mail that would have been sent.
          </Text>
        </div>
        <TestMode>Messages, calls and mail are not sent.</TestMode>
        {entries.isPending && (
          <Skeleton h={150} radius="lg" aria-busy="true" aria-label="Loading" />
        )}
        {entries.isError && (
          <Failed
            title="The outbox can’t be shown"
            message={
              entries.error instanceof OutboxError
                ? entries.error.message
                : 'Can’t reach the service. Check that it is running.'
            }
            retry={() => entries.refetch()}
          />
        )}
        {entries.isSuccess && shown.length === 0 && <NothingYet />}
        <VisuallyHidden role="status">{announced(shown[0])}</VisuallyHidden>
        {shown.length > 0 && (
          <ul className="entries" aria-label="Test messages">
            {shown.map((entry) => (
              <li key={entry.id}>
                <EntryCard entry={entry} />
              </li>
            ))}
          </ul>
        )}
      </Stack>
    </Frame>
  )
}

function EntryCard({ entry }: { readonly entry: Entry }) {
  switch (entry.kind) {
    case 'sms':
      return <MessageCard message={entry} />
    case 'mail':
      return <MailCard mail={entry} />
    case 'phone':
      return <CallCard call={entry} />
  }
}

function NothingYet() {
  return (
    <Paper>
      <Stack align="center" ta="center" gap="sm" py="md">
        <IconMailbox size={36} aria-hidden className="dim" />
        <Text fw={600}>No messages yet</Text>
        <Text c="dimmed" fz="sm" maw={420}>
          Type <b>sms</b> or <b>phone</b> when you sign in, add a phone number in the portal, or
          invite a user. The message appears here.
        </Text>
      </Stack>
    </Paper>
  )
}

function announced(latest: Entry | undefined): string {
  switch (latest?.kind) {
    case undefined:
      return ''
    case 'sms':
      return `SMS to ${latest.to}`
    case 'mail':
      return `Mail to ${latest.to}: ${latest.subject}`
    case 'phone':
      return `Call to ${latest.to}`
  }
}
