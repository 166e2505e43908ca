import { Moment } from '../parts/moment.tsx'
import { RowList } from '../parts/row_list.tsx'
import type { EndedSession, SessionEndReason } from './administrator.ts'

/** Sessions of an administrator that ended in the last 30 days, and why. */
export function EndedSessions({ sessions }: { readonly sessions: readonly EndedSession[] }) {
  if (sessions.length === 0) return null
  return (
    <details className="ended-sessions">
      <summary>Ended in the last 30 days ({sessions.length})</summary>
      <RowList
        label="Ended sessions"
        none="None."
        rows={sessions.map(({ session_id, browser, addresses, ended, reason, ended_by }) => ({
          key: session_id,
          title: browser,
          detail: (
            <>
              {endWords[reason](ended_by)} <Moment at={ended} /> · {addresses.join(', ')}
            </>
          ),
        }))}
      />
    </details>
  )
}

const endWords: Readonly<Record<SessionEndReason, (by: string) => string>> = {
  signed_out: () => 'Signed out',
  ended: (by) => `Ended by ${by}`,
  expired: () => 'Expired',
  password_changed: () => 'Ended by a new password',
  reset: (by) => `Ended by a reset of the account (${by})`,
  account_changed: (by) => (by === '' ? 'Account disabled' : `Account or role changed by ${by}`),
  other_browser: () => 'Ended because another browser used it',
  limit: () => 'Ended by a newer session',
  replaced: () => 'Signed in again in this browser',
}
