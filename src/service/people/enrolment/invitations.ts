import { createHash } from 'node:crypto'
import { newPortalCode } from '../../store/identifier.ts'
import type { StoreDb } from '../../store/store.ts'

/** A link into the portal that lets one person add a device without having one. */
export interface Invitation {
  readonly codeHash: string
  /** The name of the invited person, who may not be a user yet. */
  readonly username: string
  readonly userId: string | null
  /** The application at whose login it was shown; `null` if an administrator created it. */
  readonly ikey: string | null
  readonly created: number
  readonly createdBy: string
  readonly expires: number
  /** The session that has opened it. */
  readonly sessionHash: string | null
  /** When the first device was added with it; `null` until then. */
  readonly used: number | null
}

export interface NewInvitation {
  readonly username: string
  readonly userId: string | null
  readonly ikey: string | null
  readonly validSecs: number
  readonly createdBy: string
}

/** How long an expired link is kept. */
const rememberedMs = 60 * 60_000

/**
 * Invitations. Only the hash of a code is stored. Once opened, an invitation belongs to that browser's
 * session; it is used up when a device is added.
 */
export class Invitations {
  /** @returns The code, which can't be read again. */
  async create(invitation: NewInvitation, now: number, db: StoreDb): Promise<string> {
    const code = newPortalCode()
    await db
      .insertInto('portal_codes')
      .values({
        code_hash: hashCode(code),
        username: invitation.username,
        user_id: invitation.userId,
        ikey: invitation.ikey,
        created: now,
        created_by: invitation.createdBy,
        expires: now + invitation.validSecs * 1000,
        used: null,
      })
      .execute()
    return code
  }

  /** When the latest unused invitation of each of these users ends. */
  async openByUser(
    userIds: readonly string[],
    now: number,
    db: StoreDb,
  ): Promise<ReadonlyMap<string, number>> {
    if (userIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('portal_codes')
      .select(['user_id', 'expires'])
      .where('used', 'is', null)
      .where('user_id', 'in', userIds)
      .where('expires', '>', now)
      .orderBy('expires')
      .execute()
    return new Map(
      rows.flatMap(({ user_id, expires }) =>
        user_id === null ? [] : [[user_id, expires] as const],
      ),
    )
  }

  async byCode(code: string, db: StoreDb): Promise<Invitation | undefined> {
    return await this.byHash(hashCode(code), db)
  }

  async byHash(codeHash: string, db: StoreDb): Promise<Invitation | undefined> {
    const row = await db
      .selectFrom('portal_codes')
      .selectAll()
      .where('code_hash', '=', codeHash)
      .executeTakeFirst()
    return row === undefined ? undefined : toInvitation(row)
  }

  /**
   * Binds an invitation to a session, unless it changed since it was read.
   *
   * @returns `false` if another session has it by now, or it was used.
   */
  async bind(
    { codeHash, sessionHash: before }: Invitation,
    sessionHash: string,
    now: number,
    db: StoreDb,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('portal_codes')
      .set({ session_hash: sessionHash })
      .where('code_hash', '=', codeHash)
      .where('session_hash', before === null ? 'is' : '=', before)
      .where('used', 'is', null)
      .where('expires', '>', now)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Stores the user that was created before their first device was added. */
  async setMadeUser(codeHash: string, userId: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('portal_codes')
      .set({ user_id: userId, made_user: 1 })
      .where('code_hash', '=', codeHash)
      .execute()
  }

  /** Uses an invitation up. @returns `false` if it was used, or belongs to another session. */
  async finish(codeHash: string, sessionHash: string, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('portal_codes')
      .set({ used: now })
      .where('code_hash', '=', codeHash)
      .where('session_hash', '=', sessionHash)
      .where('used', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /**
   * Deletes old invitations.
   *
   * @returns Users that were created for an invitation that was never used up.
   */
  async prune(now: number, db: StoreDb): Promise<string[]> {
    const rows = await db
      .deleteFrom('portal_codes')
      .where('expires', '<', now - rememberedMs)
      .returning(['user_id', 'made_user', 'used'])
      .execute()
    return rows.flatMap(({ user_id, made_user, used }) =>
      made_user === 1 && used === null && user_id !== null ? [user_id] : [],
    )
  }
}

function hashCode(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}

function toInvitation(row: {
  readonly code_hash: string
  readonly username: string
  readonly user_id: string | null
  readonly ikey: string | null
  readonly created: number
  readonly created_by: string
  readonly expires: number
  readonly session_hash: string | null
  readonly used: number | null
}): Invitation {
  return {
    codeHash: row.code_hash,
    username: row.username,
    userId: row.user_id,
    ikey: row.ikey,
    created: row.created,
    createdBy: row.created_by,
    expires: row.expires,
    sessionHash: row.session_hash,
    used: row.used,
  }
}
