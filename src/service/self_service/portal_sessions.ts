import { createHash, randomBytes } from 'node:crypto'
import { Secret } from '../../host/secret.ts'
import type { Store, StoreDb } from '../store/store.ts'

/**
 * `enrollment`: opened by an invitation; `sign_in`: has a name, not proved yet; `self_service`: has
 * proved a second factor.
 */
const portalSessionKinds = ['enrollment', 'sign_in', 'self_service'] as const
export type PortalSessionKind = (typeof portalSessionKinds)[number]

/** A session of a browser. */
export interface PortalSession {
  readonly tokenHash: string
  readonly kind: PortalSessionKind
  readonly username: string
  readonly userId: string | null
  /** Of the invitation that opened it. */
  readonly codeHash: string | null
  /** Client address that opened it. */
  readonly address: string
  /** The transaction that a sign-in waits for; `null` if there is none. */
  readonly txid: string | null
  readonly shownCode: string | null
  /** When the wait began. */
  readonly asked: number | null
  readonly created: number
  readonly seen: number
  readonly expires: number
}

/** A new session, and the token for the browser's cookie. */
export interface OpenedSession {
  readonly token: Secret
  readonly tokenHash: string
}

const minuteMs = 60_000

/** Longest lifetime of a session, and the longest time without a request. */
const lifetimes: Readonly<
  Record<PortalSessionKind, { readonly maxDurationMs: number; readonly idleMs: number }>
> = {
  enrollment: { maxDurationMs: 30 * minuteMs, idleMs: 30 * minuteMs },
  sign_in: { maxDurationMs: 10 * minuteMs, idleMs: 10 * minuteMs },
  self_service: { maxDurationMs: 60 * minuteMs, idleMs: 15 * minuteMs },
}

/** The last use of a session is stored at most this often. */
const seenEveryMs = 30_000

/** Sessions of the portal. Only the hash of each token is stored. */
export class PortalSessions {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async open(
    session: Pick<PortalSession, 'kind' | 'username' | 'userId' | 'codeHash' | 'address'>,
    now: number,
    db: StoreDb,
  ): Promise<OpenedSession> {
    const token = randomBytes(32).toString('base64url')
    const tokenHash = hashToken(token)
    await db
      .insertInto('portal_sessions')
      .values({
        token_hash: tokenHash,
        kind: session.kind,
        username: session.username,
        user_id: session.userId,
        code_hash: session.codeHash,
        address: session.address,
        challenge: null,
        created: now,
        seen: now,
        expires: now + lifetimes[session.kind].maxDurationMs,
      })
      .execute()
    return { token: new Secret(token), tokenHash }
  }

  /** Finds the session of a token; `undefined` if it has ended. */
  async byToken(token: string, now: number, db: StoreDb): Promise<PortalSession | undefined> {
    return await this.byHash(hashToken(token), now, db)
  }

  async byHash(tokenHash: string, now: number, db: StoreDb): Promise<PortalSession | undefined> {
    const row = await db
      .selectFrom('portal_sessions')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const session = toSession(row)
    return session === undefined || isOver(session, now) ? undefined : session
  }

  /** Records that a session was used. */
  async touch({ tokenHash, seen }: PortalSession, now: number): Promise<void> {
    if (now - seen < seenEveryMs) return
    await this.#store.db
      .updateTable('portal_sessions')
      .set({ seen: now })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /** Links an enrolment session to the user that it created. */
  async setUser(tokenHash: string, userId: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('portal_sessions')
      .set({ user_id: userId })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /** Stores the challenge of a WebAuthn ceremony in place of the previous one. */
  async setChallenge(tokenHash: string, challenge: string): Promise<void> {
    await this.#store.db
      .updateTable('portal_sessions')
      .set({ challenge })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /** Consumes a challenge. @returns Whether it was the stored one. */
  async takeChallenge(tokenHash: string, challenge: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('portal_sessions')
      .set({ challenge: null })
      .where('token_hash', '=', tokenHash)
      .where('challenge', '=', challenge)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Stores what a sign-in waits for; `undefined` if it no longer waits. */
  async setWaiting(
    tokenHash: string,
    waiting: Pick<PortalSession, 'txid' | 'shownCode' | 'asked'> | undefined,
  ): Promise<void> {
    await this.#store.db
      .updateTable('portal_sessions')
      .set({
        txid: waiting?.txid ?? null,
        shown_code: waiting?.shownCode ?? null,
        asked: waiting?.asked ?? null,
      })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /** @returns Whether there was such a session. */
  async end(tokenHash: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('portal_sessions')
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  /** Open sessions of a user. */
  async countOfUser(userId: string, now: number, db: StoreDb): Promise<number> {
    const { count } = await db
      .selectFrom('portal_sessions')
      .select((select) => select.fn.countAll().as('count'))
      .where('user_id', '=', userId)
      .where('expires', '>', now)
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** Ends all sessions of a user except one. @returns How many. */
  async endOthers(userId: string, tokenHash: string, db: StoreDb): Promise<number> {
    const { numDeletedRows } = await db
      .deleteFrom('portal_sessions')
      .where('user_id', '=', userId)
      .where('token_hash', '!=', tokenHash)
      .executeTakeFirst()
    return Number(numDeletedRows)
  }

  /** Deletes sessions that have ended. */
  async prune(now: number): Promise<void> {
    await this.#store.db.deleteFrom('portal_sessions').where('expires', '<=', now).execute()
  }
}

function isOver({ kind, seen, expires }: PortalSession, now: number): boolean {
  return now >= expires || now - seen >= lifetimes[kind].idleMs
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function toSession(row: {
  readonly token_hash: string
  readonly kind: string
  readonly username: string
  readonly user_id: string | null
  readonly code_hash: string | null
  readonly address: string
  readonly txid: string | null
  readonly shown_code: string | null
  readonly asked: number | null
  readonly created: number
  readonly seen: number
  readonly expires: number
}): PortalSession | undefined {
  const kind = portalSessionKinds.find((known) => known === row.kind)
  if (kind === undefined) return undefined
  return {
    tokenHash: row.token_hash,
    kind,
    username: row.username,
    userId: row.user_id,
    codeHash: row.code_hash,
    address: row.address,
    txid: row.txid,
    shownCode: row.shown_code,
    asked: row.asked,
    created: row.created,
    seen: row.seen,
    expires: row.expires,
  }
}
