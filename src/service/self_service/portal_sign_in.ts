import { randomInt, randomUUID } from 'node:crypto'
import { statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { Secret } from '../../host/secret.ts'
import type { Integration } from '../applications/integrations.ts'
import type { WebauthnCredentials } from '../authenticators/passkey/webauthn_credentials.ts'
import type { Groups } from '../people/groups.ts'
import type { User } from '../people/user.ts'
import type { Users } from '../people/users.ts'
import type { Authentication, AuthRequest } from '../sign_in/authentication.ts'
import type { Journal } from '../sign_in/journal.ts'
import type { Outcome } from '../sign_in/transaction/transaction.ts'
import type { Transactions } from '../sign_in/transaction/transactions.ts'
import type { Store } from '../store/store.ts'
import type { Passkeys } from './passkeys.ts'
import { SelfServiceError } from './person.ts'
import type { PortalApplication } from './portal_application.ts'
import type { PortalSession, PortalSessions } from './portal_sessions.ts'

type PasskeyResponse = Parameters<Passkeys['proved']>[1]

export interface PortalSignInParts {
  readonly store: Store
  readonly users: Users
  readonly groups: Groups
  readonly sessions: PortalSessions
  readonly credentials: WebauthnCredentials
  readonly passkeys: Passkeys
  readonly application: PortalApplication
  readonly authentication: Authentication
  readonly journal: Journal
  readonly transactions: Transactions
  readonly log: Log
  readonly clock: Clock
}

interface PortalAsking {
  readonly request: AuthRequest
  readonly user: User | undefined
  /** Whether the user has bypass status, and so needs no proof at other applications. */
  readonly proofless: boolean
}

/** The status of a push at the sign-in; `signed_in` has the token of the new session. */
export type PushStanding =
  | { readonly kind: 'waiting' | 'refused' | 'timeout' }
  | { readonly kind: 'signed_in'; readonly token: Secret }

/** The shortest time for checking a passcode, so that it does not reveal whether the user exists. */
const passcodeMs = 300
const askMs = 500
const pushMs = 60_000
/** Stored in place of a txid if no phone is asked. */
const nobodyAsked = 'none'

/**
 * The sign-in to self-service: a second factor without a password. Replies are the same whether or not
 * the user exists, and whether or not they have such a device.
 */
export class PortalSignIn {
  readonly #parts: PortalSignInParts

  constructor(parts: PortalSignInParts) {
    this.#parts = parts
  }

  /** Begins with a name, or without one for a passkey. */
  async begin(
    username: string,
    presented: PortalSession | undefined,
    address: string,
  ): Promise<Secret> {
    const { store, sessions, clock } = this.#parts
    return await store.transaction(async (db) => {
      if (presented !== undefined) await sessions.end(presented.tokenHash, db)
      const { token } = await sessions.open(
        { kind: 'sign_in', username: username.trim(), userId: null, codeHash: null, address },
        clock.now(),
        db,
      )
      return token
    })
  }

  /** @throws {SelfServiceError} `sign_in`, for an unknown user as for a wrong passcode. */
  async passcode(session: PortalSession, passcode: string): Promise<Secret> {
    return await this.#steadily(passcodeMs, async () => {
      const asking = await this.#asking(session)
      if (asking === undefined || asking.proofless) throw refused()
      const answer = await this.#parts.authentication.auth(
        asking.request,
        { factor: 'passcode', passcode },
        { async: false },
      )
      const { user } = asking
      if (answer.kind !== 'settled' || !isProof(answer.outcome) || user === undefined) {
        throw refused()
      }
      return await this.#open(session, user)
    })
  }

  /**
   * Asks a phone. If there is none, the login waits all the same and shows a random code.
   *
   * @returns The code that the app asks for.
   */
  async push(session: PortalSession): Promise<string> {
    return await this.#steadily(askMs, async () => {
      const { authentication, sessions, clock } = this.#parts
      const asking = await this.#asking(session)
      if (asking === undefined) throw refused()
      const { request } = asking
      const told = asking.proofless
        ? undefined
        : await authentication.preauth(request, { showsCode: true })
      const verification = told?.result === 'auth' ? told.verification : undefined
      const shownCode = verification?.code ?? randomDigits(request.integration.verifiedPushDigits)
      const txid = verification?.txid ?? nobodyAsked
      await sessions.setWaiting(session.tokenHash, { txid, shownCode, asked: clock.now() })
      if (verification !== undefined) {
        const chosen = { factor: 'push', device: 'auto', txid } as const
        this.#unwaited(authentication.auth(request, chosen, { async: true }))
      }
      return shownCode
    })
  }

  /** The status of the push that this sign-in waits for. */
  async pushStanding(session: PortalSession): Promise<PushStanding> {
    const { transactions, users, clock } = this.#parts
    const { txid, asked } = session
    if (txid === null || asked === null) return { kind: 'timeout' }
    const late = clock.now() - asked >= pushMs
    const transaction = txid === nobodyAsked ? undefined : await transactions.byTxid(txid)
    const outcome = transaction?.outcome
    if (transaction === undefined || outcome === undefined || outcome.result === 'waiting') {
      return { kind: late ? 'timeout' : 'waiting' }
    }
    if (outcome.result === 'deny') {
      // the user's answer may be shown; why no phone was asked would reveal something about the user
      const answered = answers.includes(outcome.status_msg)
      return { kind: answered ? 'refused' : late ? 'timeout' : 'waiting' }
    }
    const user = transaction.userId === null ? undefined : await users.byId(transaction.userId)
    if (!isProof({ ...outcome, result: 'allow' }) || user === undefined) return { kind: 'refused' }
    return { kind: 'signed_in', token: await this.#open(session, user) }
  }

  /** Sends codes if there is a phone for them; the reply does not reveal whether there is. */
  async sms(session: PortalSession): Promise<void> {
    await this.#steadily(askMs, async () => {
      const asking = await this.#asking(session)
      if (asking === undefined) throw refused()
      if (asking.proofless) return
      const chosen = { factor: 'sms', device: 'auto' } as const
      this.#unwaited(this.#parts.authentication.auth(asking.request, chosen, { async: false }))
    })
  }

  /** @throws {SelfServiceError} `sign_in`, `passkey` */
  async passkey(session: PortalSession, response: PasskeyResponse): Promise<Secret> {
    const { passkeys, authentication, application, users, store, journal } = this.#parts
    const proved = await passkeys.proved(session.tokenHash, response)
    const integration = await application.integration()
    if (proved === undefined || integration === undefined) throw refused()
    const user = await users.byId(proved.credential.userId)
    if (user === undefined || (await this.#isProofless(user))) throw refused()
    // a user whose only device is a passkey may enrol others, for which this sign-in is needed
    // a passkey can't be guessed, so guesses that closed the portal do not apply
    const request = {
      ...buildRequest(session, { ...integration, newUserPolicy: 'enroll' }, user),
      budget: 'sign-in',
    } as const
    const { result } = await authentication.preauth(request)
    if (result !== 'auth' && result !== 'enroll') throw refused()
    const { credential, counter } = proved
    await store.transaction(async (db) => {
      const now = this.#parts.clock.now()
      if (!(await this.#parts.credentials.use(credential, counter, now, db))) throw refused()
      await users.signedIn(user.userId, now, db)
      const attempt = {
        txid: randomUUID(),
        asking: request,
        user,
        factor: 'passkey',
        device: credential.credentialId,
      }
      await journal.ended(attempt, approved, 'user_approved', now, db)
    })
    return await this.#open(session, user)
  }

  /** Replaces the session by a new one with a new token (no session fixation). */
  async #open(session: PortalSession, { userId, username }: User): Promise<Secret> {
    const { store, sessions, clock } = this.#parts
    return await store.transaction(async (db) => {
      if (!(await sessions.end(session.tokenHash, db))) throw refused()
      const { token } = await sessions.open(
        { kind: 'self_service', username, userId, codeHash: null, address: session.address },
        clock.now(),
        db,
      )
      return token
    })
  }

  async #asking(session: PortalSession): Promise<PortalAsking | undefined> {
    const integration = await this.#parts.application.integration()
    if (integration === undefined || session.username === '') return undefined
    const { users } = this.#parts
    const user = await users.byName(session.username, integration.usernameNormalization)
    const proofless = user !== undefined && (await this.#isProofless(user))
    return { request: buildRequest(session, integration, user), user, proofless }
  }

  /** Bypass status would let the user in without proof, so the portal treats them as unknown. */
  async #isProofless({ status, userId }: User): Promise<boolean> {
    const groups = await this.#parts.groups.ofUser(userId)
    return status === 'bypass' || groups.some((group) => group.status === 'bypass')
  }

  /** Does not wait for a provider: the response time would reveal that there was something to send. */
  #unwaited(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#parts.log.error('a sign-in to the portal failed', { error: String(error) })
    })
  }

  async #steadily<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
    const { promise: passed, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, ms)
    const [done] = await Promise.allSettled([work(), passed])
    if (done.status === 'rejected') throw done.reason
    return done.value
  }
}

/** Outcomes that only the answer of a user can have. */
const answers: readonly string[] = [
  statusMessage.denied,
  statusMessage.fraud,
  statusMessage.codeIncorrect,
]

const approved: Outcome = { result: 'allow', status: 'allow', status_msg: statusMessage.success }

/** Whether an outcome proves anything: bypass status does not. */
function isProof({ result, status }: Outcome): boolean {
  return result === 'allow' && status === 'allow'
}

function buildRequest(
  { username, address }: PortalSession,
  integration: Integration,
  user: User | undefined,
): AuthRequest {
  const named = user === undefined ? { username } : { userId: user.userId }
  return { integration, named, ipaddr: address, hostname: '', budget: 'portal' }
}

function randomDigits(count: number): string {
  return String(randomInt(10 ** count)).padStart(count, '0')
}

function refused(): SelfServiceError {
  return new SelfServiceError(
    'sign_in',
    'That did not work. Check the user name and the code, or try another way.',
  )
}
