import { createHash, randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import { Secret } from '../../host/secret.ts'
import { newIdentifier } from '../store/identifier.ts'
import type { Schema } from '../store/schema.ts'
import type { StoreDb } from '../store/store.ts'
import { endReasons, endSessions, type SessionEnd, type SessionEndReason } from './session_end.ts'

/**
 * `second_factor`: the password was right; `enrol_factor`: and there is no factor yet; `signed_in`: a
 * factor was proved.
 */
const sessionStates = ['second_factor', 'enrol_factor', 'signed_in'] as const
export type AdministratorSessionState = (typeof sessionStates)[number]

/** A session of a browser at the panel. */
export interface AdministratorSession {
  readonly tokenHash: string
  /** `DS…`: names the session in lists, and does not open it. */
  readonly sessionId: string
  readonly adminId: string
  readonly state: AdministratorSessionState
  /** The networks that a factor was proved from, newest first. */
  readonly addresses: readonly string[]
  /** Browser and system, as in `Firefox on Linux`. */
  readonly userAgent: string
  /** When a factor was last proved. */
  readonly steppedUp: number | null
  readonly created: number
  readonly seen: number
  readonly expires: number
}

/** A new session, and the token for the browser's cookie. */
export interface OpenedSession {
  readonly token: Secret
  readonly session: AdministratorSession
}

/** The push whose answer a session waits for. */
export interface WaitingPush {
  readonly txid: string
  /** The key of the phone when the push was sent, as `push_devices` has it. */
  readonly publicKey: string
}

/** How long sessions last. */
export interface SessionLimits {
  readonly idleMs: number
  readonly absoluteMs: number
}

/** A sign-in that is not finished by then starts again. */
const unfinishedMs = 10 * 60_000
/** An act that needs step-up is allowed for this long after a factor was proved. */
const steppedUpMs = 10 * 60_000
/** The last use of a session is stored at most this often. */
const seenEveryMs = 30_000
const maxAddresses = 4
const maxSessions = 10
/** How long an ended session is listed, and how many of them. */
const endedMs = 30 * 86_400_000
const maxEnded = 20

/** A session that can no longer be used. */
export interface EndedSession extends AdministratorSession {
  readonly ended: number
  readonly reason: SessionEndReason
  /** Empty if nobody ended it. */
  readonly endedBy: string
}

type Row = Selectable<Schema['administrator_sessions']>

/** Sessions of the panel. Only the hash of each token is stored. */
export class AdministratorSessions {
  readonly #limits: () => SessionLimits

  constructor(limits: () => SessionLimits) {
    this.#limits = limits
  }

  /** Opens a session. */
  async open(
    opened: Pick<AdministratorSession, 'adminId' | 'state' | 'userAgent'> & {
      readonly address: string
    },
    now: number,
    db: StoreDb,
  ): Promise<OpenedSession> {
    const token = newToken()
    const { state } = opened
    const row: Row = {
      token_hash: hashToken(token),
      session_id: newIdentifier('DS'),
      admin_id: opened.adminId,
      state,
      addresses: opened.address,
      user_agent: opened.userAgent,
      challenge: null,
      sealed_secret: null,
      push_txid: null,
      push_key: null,
      stepped_up: state === 'signed_in' ? now : null,
      created: now,
      seen: now,
      expires: now + (state === 'signed_in' ? this.#limits().absoluteMs : unfinishedMs),
      ended: null,
      end_reason: '',
      ended_by: '',
    }
    await db.insertInto('administrator_sessions').values(row).execute()
    await this.#endOldest(row, now, db)
    return { token: new Secret(token), session: toSession(row) }
  }

  /** Finds the session of a token; `undefined` if it has ended. */
  async byToken(
    token: string,
    now: number,
    db: StoreDb,
  ): Promise<AdministratorSession | undefined> {
    const row = await db
      .selectFrom('administrator_sessions')
      .selectAll()
      .where('token_hash', '=', hashToken(token))
      .executeTakeFirst()
    if (row === undefined) return undefined
    const session = toSession(row)
    return this.#isOver(session, now) ? undefined : session
  }

  /** The signed-in sessions of an administrator, last used first. */
  async ofAdministrator(
    adminId: string,
    now: number,
    db: StoreDb,
  ): Promise<readonly AdministratorSession[]> {
    const rows = await db
      .selectFrom('administrator_sessions')
      .selectAll()
      .where('admin_id', '=', adminId)
      .where('state', '=', 'signed_in')
      .where('ended', 'is', null)
      .orderBy('seen', 'desc')
      .execute()
    return rows.map(toSession).filter((session) => !this.#isOver(session, now))
  }

  /** The sessions of an administrator that have ended in the last 30 days, at most 20, newest first. */
  async endedOf(adminId: string, now: number, db: StoreDb): Promise<readonly EndedSession[]> {
    const rows = await db
      .selectFrom('administrator_sessions')
      .selectAll()
      .where('admin_id', '=', adminId)
      .where('state', '=', 'signed_in')
      .orderBy('seen', 'desc')
      .limit(maxEnded + maxSessions)
      .execute()
    return rows
      .flatMap((row): EndedSession[] => {
        const session = toSession(row)
        const { ended, ended_by: endedBy } = row
        const reason = endReasons.find((known) => known === row.end_reason) ?? 'ended'
        const expires = this.expires(session)
        if (ended !== null && ended < expires) return [{ ...session, ended, reason, endedBy }]
        if (now < expires) return []
        return [{ ...session, ended: expires, reason: 'expired', endedBy: '' }]
      })
      .sort((one, other) => other.ended - one.ended)
      .slice(0, maxEnded)
  }

  /** When acts that need step-up need a factor again; `null` if they do now. */
  steppedUpUntil({ steppedUp }: AdministratorSession, now: number): number | null {
    if (steppedUp === null || now - steppedUp >= steppedUpMs) return null
    return steppedUp + steppedUpMs
  }

  /** When the session ends if it is not used again. */
  expires({ seen, expires }: AdministratorSession): number {
    return Math.min(expires, seen + this.#limits().idleMs)
  }

  /** Records that a session was used. */
  async touch({ tokenHash, seen }: AdministratorSession, now: number, db: StoreDb): Promise<void> {
    if (now - seen < seenEveryMs) return
    await db
      .updateTable('administrator_sessions')
      .set({ seen: now })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /**
   * Replaces the token after a factor was proved; the old token ends at once. The session is signed in
   * and stepped up, and the address becomes one of its own.
   *
   * @returns `undefined` if the session has ended or has been replaced meanwhile.
   */
  async prove(
    { tokenHash, adminId, state, addresses, created }: AdministratorSession,
    address: string,
    now: number,
    db: StoreDb,
  ): Promise<Secret | undefined> {
    const token = newToken()
    const others = addresses.filter((other) => other !== address)
    const started = state === 'signed_in' ? created : now
    const { numUpdatedRows } = await db
      .updateTable('administrator_sessions')
      .set({
        token_hash: hashToken(token),
        state: 'signed_in',
        addresses: [address, ...others].slice(0, maxAddresses).join(' '),
        challenge: null,
        sealed_secret: null,
        push_txid: null,
        push_key: null,
        stepped_up: now,
        created: started,
        seen: now,
        expires: started + this.#limits().absoluteMs,
      })
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) return undefined
    await this.#endOldest({ admin_id: adminId, state: 'signed_in' }, now, db)
    return new Secret(token)
  }

  /** Stores the challenge of a WebAuthn ceremony in place of the previous one. */
  async setChallenge(tokenHash: string, challenge: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('administrator_sessions')
      .set({ challenge })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /** Consumes a challenge. @returns Whether it was the stored one. */
  async takeChallenge(tokenHash: string, challenge: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('administrator_sessions')
      .set({ challenge: null })
      .where('token_hash', '=', tokenHash)
      .where('challenge', '=', challenge)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Stores the sealed secret of a TOTP enrolment until its first passcode confirms it. */
  async setSealedSecret(tokenHash: string, sealed: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('administrator_sessions')
      .set({ sealed_secret: sealed })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  async sealedSecret(tokenHash: string, db: StoreDb): Promise<string | undefined> {
    const row = await db
      .selectFrom('administrator_sessions')
      .select('sealed_secret')
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst()
    return row?.sealed_secret ?? undefined
  }

  /** Consumes the secret of a TOTP enrolment. @returns Whether it was still the stored one. */
  async takeSealedSecret(tokenHash: string, sealed: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('administrator_sessions')
      .set({ sealed_secret: null })
      .where('token_hash', '=', tokenHash)
      .where('sealed_secret', '=', sealed)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Stores the push that the session waits for, in place of the previous one. */
  async setPush(tokenHash: string, { txid, publicKey }: WaitingPush, db: StoreDb): Promise<void> {
    await db
      .updateTable('administrator_sessions')
      .set({ push_txid: txid, push_key: publicKey })
      .where('token_hash', '=', tokenHash)
      .execute()
  }

  /** @returns `undefined` if the session waits for no push. */
  async waitingPush(tokenHash: string, db: StoreDb): Promise<WaitingPush | undefined> {
    const row = await db
      .selectFrom('administrator_sessions')
      .select(['push_txid', 'push_key'])
      .where('token_hash', '=', tokenHash)
      .executeTakeFirst()
    const { push_txid: txid = null, push_key: publicKey = null } = row ?? {}
    return txid === null || publicKey === null ? undefined : { txid, publicKey }
  }

  /** Consumes a push. @returns Whether it was still the stored one. */
  async takePush(tokenHash: string, txid: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('administrator_sessions')
      .set({ push_txid: null, push_key: null })
      .where('token_hash', '=', tokenHash)
      .where('push_txid', '=', txid)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** @returns `false` if it had ended before. */
  async end({ adminId, sessionId }: AdministratorSession, end: SessionEnd, db: StoreDb) {
    return (await endSessions(adminId, end, db, { only: sessionId })) === 1
  }

  /** Deletes sign-ins that were not finished, and sessions that ended long ago. */
  async prune(now: number, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('administrator_sessions')
      .where('expires', '<=', now)
      .where((where) =>
        where.or([where('state', '!=', 'signed_in'), where('expires', '<=', now - endedMs)]),
      )
      .execute()
  }

  #isOver({ state, seen, expires }: AdministratorSession, now: number): boolean {
    return now >= expires || (state === 'signed_in' && now - seen >= this.#limits().idleMs)
  }

  /**
   * Ends the sessions beyond the last ten in the same state, so that someone who knows only the password
   * can't end signed-in sessions.
   */
  async #endOldest(
    { admin_id, state }: Pick<Row, 'admin_id' | 'state'>,
    now: number,
    db: StoreDb,
  ): Promise<void> {
    const open = await db
      .selectFrom('administrator_sessions')
      .select('session_id')
      .where('admin_id', '=', admin_id)
      .where('state', '=', state)
      .where('ended', 'is', null)
      .orderBy('seen', 'desc')
      .orderBy('token_hash')
      .execute()
    for (const { session_id } of open.slice(maxSessions)) {
      await endSessions(admin_id, { reason: 'limit', now }, db, { only: session_id })
    }
  }
}

/** 256 random bits. */
function newToken(): string {
  return randomBytes(32).toString('base64url')
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

function toSession(row: Row): AdministratorSession {
  return {
    tokenHash: row.token_hash,
    sessionId: row.session_id,
    adminId: row.admin_id,
    state: sessionStates.find((known) => known === row.state) ?? 'second_factor',
    addresses: row.addresses === '' ? [] : row.addresses.split(' '),
    userAgent: row.user_agent,
    steppedUp: row.stepped_up,
    created: row.created,
    seen: row.seen,
    expires: row.expires,
  }
}
