import { VisuallyHidden } from '@mantine/core'
import { IconMailbox, IconMailOff } from '@tabler/icons-react'
import { Failed } from '../../parts/problem.tsx'
import { TestMode } from '../../parts/test_mode.tsx'
import { ApiError, errorMessage, type ListPage } from '../api.ts'
import './outbox.css'
import { EmptyState } from '../parts/empty_state.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { useView } from '../parts/view.ts'
import { CallCard } from './call_card.tsx'
import { MailCard, MessageCard } from './message_cards.tsx'
import type { Entry } from './outbox.ts'

const lookEveryMs = 1000

/** Messages, calls and mail of a service in test mode, as they arrive. */
export function OutboxPage() {
  const { data, error, refetch } = useView<ListPage<Entry>>('outbox', {}, { everyMs: lookEveryMs })
  const entries = data?.items
  return (
    <>
      <PageHeader
        title="Outbox"
        description="Messages, calls and mail that would have been sent, the newest first."
      />
      <div className="outbox">
        <TestMode>Messages, calls and mail are not sent.</TestMode>
        <VisuallyHidden role="status">{announced(entries?.[0])}</VisuallyHidden>
        {entries === undefined ? (
          <NotShown error={error} retry={refetch} />
        ) : entries.length === 0 ? (
          <EmptyState icon={IconMailbox} title="No messages yet">
            Type <b>sms</b> or <b>phone</b> when you sign in, add a phone number in the portal, or
            invite a user. The message appears here.
          </EmptyState>
        ) : (
          <ul className="entries" aria-label="Test messages">
            {entries.map((entry) => (
              <li key={entry.id}>
                <EntryCard entry={entry} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  )
}

function NotShown({ error, retry }: { readonly error: unknown; readonly retry: () => unknown }) {
  if (error === null) return <LoadingSkeleton h={150} radius="lg" />
  if (error instanceof ApiError && error.code === 'not_found') {
    return (
      <EmptyState icon={IconMailOff} title="The outbox is off">
        No provider in <code>countersign.cfg</code> is set to <code>outbox</code>: messages, calls
        and mail are really sent.
      </EmptyState>
    )
  }
  return <Failed title="The outbox can’t be shown" message={errorMessage(error)} retry={retry} />
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
