import { Button } from '@mantine/core'
import { Moment } from '../parts/moment.tsx'
import { RowList } from '../parts/row_list.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import type { AdminSession } from './administrator.ts'

/** Sessions of an administrator; `onEnd` ends one. */
export function SessionList({
  sessions,
  none,
  onEnd,
}: {
  readonly sessions: readonly AdminSession[]
  readonly none: string
  readonly onEnd: ((sessionId: string) => void) | undefined
}) {
  return (
    <RowList
      label="Sessions"
      none={none}
      rows={sessions.map(({ session_id, browser, addresses, created, seen, current }) => ({
        key: session_id,
        title: browser,
        detail: (
          <>
            {addresses.join(', ')} · signed in <Moment at={created} /> · last used{' '}
            <Moment at={seen} />
          </>
        ),
        actions:
          current === true ? (
            <StatusBadge tone="success">This browser</StatusBadge>
          ) : (
            onEnd !== undefined && (
              <Button
                variant="default"
                size="xs"
                aria-label={`End the session of ${browser}`}
                onClick={() => onEnd(session_id)}
              >
                End
              </Button>
            )
          ),
      }))}
    />
  )
}
