import { createHash, randomBytes } from 'node:crypto'
import { Secret } from '../../host/secret.ts'
import type { Store, StoreDb } from '../store/store.ts'

/**
 * `enrollment`: came by an invitation; `sign_in`: has said a name and proved nothing yet;
 * `self_service`: has proved a second factor.
 */
const portalSessionKinds = ['enrollment', 'sign_in', 'self_service'] as const
export type PortalSessionKind = (typeof portalSessionKinds)[number]

/** What a browser that holds a token is to the portal. */
export interface PortalSession {
  readonly tokenHash: string
  readonly kind: PortalSessionKind
  readonly username: string
  readonly userId: string | null
  /** Of the invitation that opened it. */
  readonly codeHash: string | null
  /** Where it was opened from. */
  readonly address: string
  /** What a sign-in waits for; `null` where it waits for nothing, or there is nobody to wait for. */
  readonly txid: string | null
  readonly shownCode: string | null
  /** Since when it waits. */
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

/** How long a session lives, however busy it is, and how long an idle one does. */
const lifetimes: Readonly<
  Record<PortalSessionKind, { readonly maxDurationMs: number; readonly idleMs: number }>
> = {
  enrollment: { maxDurationMs: 30 * minuteMs, idleMs: 30 * minuteMs },
  sign_in: { maxDurationMs: 10 * minuteMs, idleMs: 10 * minuteMs },
  self_service: { maxDurationMs: 60 * minuteMs, idleMs: 15 * minuteMs },
}

/** A session's last use is written down this often, and not at each request. */
const seenEveryMs = 30_000

/** The sessions of the portal: of each token only its hash is kept. */
export class PortalSessions {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Opens a session. */
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

  /** The session of a token, unless it is over. */
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

  /** Notes that a session was used. */
  async touch({ tokenHash, seen }: PortalSession, now: number): Promise<void> {
    if (now - seen < seenEveryMs) return
    await this.#store.db
      .updateTable('portal_sessions')
      .set({ seen: now })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /** Gives a session of somebody whom nobody knew the user that was made for him. */
  async setUser(tokenHash: string, userId: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('portal_sessions')
      .set({ user_id: userId })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /** Keeps the challenge of a ceremony; a new one takes the place of the one before. */
  async setChallenge(tokenHash: string, challenge: string): Promise<void> {
    await this.#store.db
      .updateTable('portal_sessions')
      .set({ challenge })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /** Uses a challenge up. @returns Whether it was the one that stood there. */
  async takeChallenge(tokenHash: string, challenge: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('portal_sessions')
      .set({ challenge: null })
      .where('token_hash', '=', tokenHash)
      .where('challenge', '=', challenge)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Notes what a sign-in waits for; `undefined` for nothing any more. */
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

  /** Ends all sessions of a user but one. @returns How many. */
  async endOthers(userId: string, tokenHash: string, db: StoreDb): Promise<number> {
    const { numDeletedRows } = await db
      .deleteFrom('portal_sessions')
      .where('user_id', '=', userId)
      .where('token_hash', '!=', tokenHash)
      .executeTakeFirst()
    return Number(numDeletedRows)
  }

  /** Forgets those that are over. */
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
