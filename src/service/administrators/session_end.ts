import type { StoreDb } from '../store/store.ts'

/**
 * `other_browser`: the token was used by another browser; `limit`: by the eleventh session; `replaced`: by
 * a new sign-in in the same browser. `account_changed` stands for the status, e-mail address or role.
 */
export const endReasons = [
  'signed_out',
  'ended',
  'expired',
  'password_changed',
  'reset',
  'account_changed',
  'other_browser',
  'limit',
  'replaced',
] as const
export type SessionEndReason = (typeof endReasons)[number]

/** Why and when a session ends. */
export interface SessionEnd {
  readonly reason: SessionEndReason
  /** The administrator who ended it. */
  readonly by?: string | undefined
  readonly now: number
}

/**
 * Ends all sessions of an administrator, only one, or all but one. The token of an ended session is
 * forgotten, so that nothing can open it again.
 *
 * @returns How many, with sign-ins that were not finished.
 */
export async function endSessions(
  adminId: string,
  { reason, by = '', now }: SessionEnd,
  db: StoreDb,
  { only, except }: { readonly only?: string | undefined; readonly except?: string } = {},
): Promise<number> {
  let unfinished = db
    .deleteFrom('administrator_sessions')
    .where('admin_id', '=', adminId)
    .where('state', '!=', 'signed_in')
  let signedIn = db
    .updateTable('administrator_sessions')
    .set((row) => ({
      // the hash of no token has this form
      token_hash: row.ref('session_id'),
      challenge: null,
      sealed_secret: null,
      ended: now,
      end_reason: reason,
      ended_by: by,
    }))
    .where('admin_id', '=', adminId)
    .where('state', '=', 'signed_in')
    .where('ended', 'is', null)
  if (only !== undefined) {
    unfinished = unfinished.where('session_id', '=', only)
    signedIn = signedIn.where('session_id', '=', only)
  }
  if (except !== undefined) {
    unfinished = unfinished.where('session_id', '!=', except)
    signedIn = signedIn.where('session_id', '!=', except)
  }
  const { numDeletedRows } = await unfinished.executeTakeFirst()
  const { numUpdatedRows } = await signedIn.executeTakeFirst()
  return Number(numDeletedRows + numUpdatedRows)
}
