import type { AuthenticationLog } from '../../audit/authentication_log.ts'
import type { StoreDb } from '../../store/store.ts'

const hourMs = 60 * 60_000
/** Less than a third of the default limit per user in [sms]; the rest remains for sign-ins. */
const limits = [
  { max: 3, withinMs: hourMs },
  { max: 10, withinMs: 24 * hourMs },
] as const

/**
 * Whether the portal may send a user no more messages for now. Anyone who knows the username can request
 * them.
 *
 * @param ikey Of the portal.
 */
export async function portalSmsLimitReached(
  userId: string,
  ikey: string,
  now: number,
  log: AuthenticationLog,
  db: StoreDb,
): Promise<boolean> {
  for (const { max, withinMs } of limits) {
    const filter = { since: now - withinMs, limit: max, ikey, reason: 'sms_sent' }
    if ((await log.ofUser(userId, filter, db)).length >= max) return true
  }
  return false
}
