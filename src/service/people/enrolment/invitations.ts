import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { newPortalCode } from '../../store/identifier.ts'
import { type Page, type PageRequest, readPage } from '../../store/keyset.ts'
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
  /** When it was first opened. */
  readonly opened: number | null
  /** When the first mail was sent; `null` if an administrator passes the link on. */
  readonly sent: number | null
  /** Where the mail was sent. */
  readonly email: string
  /** When a newer invitation took its place, or an administrator revoked it. */
  readonly replaced: number | null
  readonly revoked: boolean
  readonly reminders: number
}

/** `created` is an invitation that was not mailed. */
export const invitationStates = [
  'created',
  'sent',
  'opened',
  'finished',
  'expired',
  'replaced',
  'revoked',
] as const
export type InvitationState = (typeof invitationStates)[number]

export function invitationState(
  { used, replaced, revoked, expires, opened, sent }: Invitation,
  now: number,
): InvitationState {
  if (used !== null) return 'finished'
  if (revoked) return 'revoked'
  if (replaced !== null) return 'replaced'
  if (expires <= now) return 'expired'
  if (opened !== null) return 'opened'
  return sent === null ? 'created' : 'sent'
}

export interface NewInvitation {
  readonly username: string
  readonly userId: string | null
  readonly ikey: string | null
  readonly validSecs: number
  readonly createdBy: string
  /** Of the invitation that this one continues: when its first mail was sent, and the reminders. */
  readonly sent?: number | null
  readonly reminders?: number
}

/** Values of `created_by` for links that an application requested. */
export const madeByApplication: readonly string[] = ['preauth', 'enroll']

const dayMs = 24 * 60 * 60_000
/** How long an expired link of an application is kept, and an invitation of an administrator. */
const rememberedMs = 60 * 60_000
const rememberedInvitationMs = 90 * dayMs

export interface InvitationFilter {
  readonly state?: InvitationState | undefined
}

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
        sent: invitation.sent ?? null,
        reminders: invitation.reminders ?? 0,
      })
      .execute()
    return code
  }

  /** The latest invitation of each of these users by an administrator. */
  async latestByUser(
    userIds: readonly string[],
    db: StoreDb,
  ): Promise<ReadonlyMap<string, Invitation>> {
    if (userIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('portal_codes')
      .selectAll()
      .where('user_id', 'in', userIds)
      .where('created_by', 'not in', madeByApplication)
      .orderBy('created')
      .execute()
    return new Map(
      rows.flatMap((row) =>
        row.user_id === null ? [] : [[row.user_id, toInvitation(row)] as const],
      ),
    )
  }

  /** A page of the invitations of administrators, the newest first unless the request says otherwise. */
  async page(
    request: PageRequest<'created'> & InvitationFilter,
    now: number,
    db: StoreDb,
  ): Promise<Page<Invitation>> {
    const keyset = {
      name: 'invitations created',
      by: sql.ref<number>('portal_codes.created'),
      key: sql.ref<string>('portal_codes.code_hash'),
      descending: request.sort?.descending ?? true,
    }
    let query = db
      .selectFrom('portal_codes')
      .selectAll()
      .where('user_id', 'is not', null)
      .where('created_by', 'not in', madeByApplication)
    if (request.state !== undefined) query = query.where(inState(request.state, now))
    const { items, next } = await readPage(query, keyset, request)
    return { items: items.map(toInvitation), next }
  }

  /** Stores that the link was mailed. */
  async mailed(
    code: string,
    email: string,
    now: number,
    { isReminder }: { readonly isReminder: boolean },
    db: StoreDb,
  ): Promise<void> {
    await db
      .updateTable('portal_codes')
      .set({ email, ...(isReminder ? { reminded: now } : { sent: now }) })
      .where('code_hash', '=', hashCode(code))
      .execute()
  }

  /** Ends the open invitations of a user, because a new one takes their place. */
  async replaceOpen(userId: string, now: number, db: StoreDb): Promise<void> {
    await db
      .updateTable('portal_codes')
      .set({ replaced: now })
      .where('user_id', '=', userId)
      .where('used', 'is', null)
      .where('replaced', 'is', null)
      .where('created_by', 'not in', madeByApplication)
      .execute()
  }

  /** Ends the open invitations of a user, with their reminders. @returns How many there were. */
  async revokeOpen(userId: string, now: number, db: StoreDb): Promise<number> {
    const { numUpdatedRows } = await db
      .updateTable('portal_codes')
      .set({ replaced: now, revoked: 1 })
      .where('user_id', '=', userId)
      .where('used', 'is', null)
      .where('replaced', 'is', null)
      .where('created_by', 'not in', madeByApplication)
      .executeTakeFirst()
    return Number(numUpdatedRows)
  }

  /** Ends one open invitation, because a new one takes its place. @returns Whether it was open. */
  async take(codeHash: string, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('portal_codes')
      .set({ replaced: now })
      .where('code_hash', '=', codeHash)
      .where('used', 'is', null)
      .where('replaced', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /**
   * Mailed invitations that were not finished, and whose reminder is due.
   *
   * @param days Days after the first mail at which each reminder is due.
   */
  async dueReminders(
    days: readonly number[],
    now: number,
    limit: number,
    db: StoreDb,
  ): Promise<Invitation[]> {
    const due = days.map(
      (count, index) =>
        sql<boolean>`(portal_codes.reminders = ${index} and portal_codes.sent <= ${now - count * dayMs})`,
    )
    if (due.length === 0) return []
    const rows = await db
      .selectFrom('portal_codes')
      .selectAll()
      .where('created', '>', now - rememberedInvitationMs)
      .where('sent', 'is not', null)
      .where('used', 'is', null)
      .where('replaced', 'is', null)
      .where('user_id', 'is not', null)
      .where(sql<boolean>`(${sql.join(due, sql` or `)})`)
      .orderBy('created')
      .limit(limit)
      .execute()
    return rows.map(toInvitation)
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
      .set((set) => ({
        session_hash: sessionHash,
        opened: set.fn.coalesce('opened', set.val(now)),
      }))
      .where('code_hash', '=', codeHash)
      .where('replaced', 'is', null)
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
      .where((where) =>
        where.or([
          where('created_by', 'in', madeByApplication),
          where('user_id', 'is', null),
          where('made_user', '=', 1),
          where('expires', '<', now - rememberedInvitationMs),
        ]),
      )
      .returning(['user_id', 'made_user', 'used'])
      .execute()
    return rows.flatMap(({ user_id, made_user, used }) =>
      made_user === 1 && used === null && user_id !== null ? [user_id] : [],
    )
  }
}

/** The users who got an invitation, and have not finished it: `user_id`s. */
export function pendingUsers(now: number): RawBuilder<unknown> {
  return sql`select user_id from portal_codes where user_id is not null and ${inState('pending', now)}
    and created_by not in (${sql.join([...madeByApplication])})`
}

/** As `invitationState`; `pending` for an invitation that can still be finished. */
function inState(state: InvitationState | 'pending', now: number): RawBuilder<boolean> {
  const isOpen = sql`portal_codes.used is null and portal_codes.replaced is null`
  switch (state) {
    case 'finished':
      return sql<boolean>`(portal_codes.used is not null)`
    case 'replaced':
      return sql<boolean>`(portal_codes.used is null and portal_codes.replaced is not null and portal_codes.revoked = 0)`
    case 'revoked':
      return sql<boolean>`(portal_codes.used is null and portal_codes.revoked = 1)`
    case 'expired':
      return sql<boolean>`(${isOpen} and portal_codes.expires <= ${now})`
    case 'pending':
      return sql<boolean>`(${isOpen} and portal_codes.expires > ${now})`
    case 'opened':
      return sql<boolean>`(${isOpen} and portal_codes.expires > ${now} and portal_codes.opened is not null)`
    case 'sent':
      return sql<boolean>`(${isOpen} and portal_codes.expires > ${now} and portal_codes.opened is null and portal_codes.sent is not null)`
    case 'created':
      return sql<boolean>`(${isOpen} and portal_codes.expires > ${now} and portal_codes.opened is null and portal_codes.sent is null)`
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
  readonly opened: number | null
  readonly sent: number | null
  readonly email: string
  readonly replaced: number | null
  readonly revoked: number
  readonly reminders: number
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
    opened: row.opened,
    sent: row.sent,
    email: row.email,
    replaced: row.replaced,
    revoked: row.revoked === 1,
    reminders: row.reminders,
  }
}
