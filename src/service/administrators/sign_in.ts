import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import type { Secret } from '../../host/secret.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import type { AdministratorAccounts } from './accounts.ts'
import { type Administrator, AdministratorError } from './administrator.ts'
import type { AdministratorPasskeys } from './passkeys.ts'
import type { AdministratorPush, PushRequester, SentPush } from './push.ts'
import type { AdministratorSession, OpenedSession } from './sessions.ts'
import { consumeTotp } from './totp.ts'

/** Where a request comes from. */
export interface RequestSource {
  /** A network, as `sourceAddress` gives it. */
  readonly address: string
  /** As `describeUserAgent` gives it. */
  readonly userAgent: string
}

/** The sign-in of administrators: a password, then always a second factor. */
export class AdministratorSignIn {
  readonly #accounts: AdministratorAccounts
  readonly #passkeys: AdministratorPasskeys
  readonly #push: AdministratorPush
  readonly #log = new AdministratorLog()

  constructor(
    accounts: AdministratorAccounts,
    passkeys: AdministratorPasskeys,
    push: AdministratorPush,
  ) {
    this.#accounts = accounts
    this.#passkeys = passkeys
    this.#push = push
  }

  /**
   * Checks the password, and opens a session that waits for a second factor.
   *
   * @param isKnown Whether this browser was signed in to the account before: it need not wait behind
   *   the passwords of strangers.
   * @throws {AdministratorError} `sign_in`, the same for unknown addresses and wrong passwords;
   *   `no_factor` if the time to add a first factor is over.
   */
  async begin(
    email: string,
    password: Secret,
    source: RequestSource,
    { isKnown }: { readonly isKnown: boolean },
  ): Promise<OpenedSession> {
    const { store, administrators, passwords, clock } = this.#accounts
    const administrator = await administrators.byEmail(email, store.db)
    const hash =
      administrator === undefined
        ? null
        : await administrators.passwordHash(administrator.adminId, store.db)
    const right = await passwords.matches(password, hash, { isPreferred: isKnown })
    if (!right || administrator?.status !== 'active') throw wrongCredentials()
    const now = clock.now()
    return await store.transaction(async (db) => {
      const held = await this.#accounts.factors.ofAdministrator(administrator.adminId, db)
      if (held.length === 0) requireEnrolmentTime(administrator, now)
      const state = held.length === 0 ? 'enrol_factor' : 'second_factor'
      return await this.#accounts.sessions.open(
        { adminId: administrator.adminId, state, ...source },
        now,
        db,
      )
    })
  }

  /**
   * Checks a passcode of an authenticator app: the second factor of a sign-in, or a step-up.
   *
   * @returns The new token of the session.
   * @throws {AdministratorError} `wrong_code`
   */
  async checkTotp(
    session: AdministratorSession,
    passcode: string,
    source: RequestSource,
  ): Promise<Secret> {
    const { store, factors, clock } = this.#accounts
    const now = clock.now()
    // the step is used up even if the session ends meanwhile
    const right = await store.transaction((db) =>
      consumeTotp(factors, session.adminId, passcode, now, db),
    )
    if (!right) throw wrongCode()
    return await this.finish(session, 'totp', source)
  }

  /** What the browser needs to ask for a passkey. */
  async passkeyOptions(session: AdministratorSession) {
    return await this.#passkeys.requestOptions(session, this.#accounts.store.db)
  }

  /**
   * Checks the signature of a passkey: the second factor of a sign-in, or a step-up.
   *
   * @returns The new token of the session.
   * @throws {AdministratorError} `passkey`
   */
  async checkPasskey(
    session: AdministratorSession,
    response: AuthenticationResponseJSON,
    source: RequestSource,
  ): Promise<Secret> {
    const { store, clock } = this.#accounts
    await this.#passkeys.verify(session, response, clock.now(), store.db)
    return await this.finish(session, 'passkey', source)
  }

  /**
   * Sends a push: the second factor of a sign-in, or a step-up.
   *
   * @param factorId The phone to ask; by default, the oldest.
   * @param address Of the browser, which the app shows.
   * @throws {AdministratorError} `push`, `not_found`
   */
  async sendPush(
    requester: PushRequester,
    factorId: string | undefined,
    address: string,
  ): Promise<SentPush> {
    return await this.#push.send(requester, factorId, address)
  }

  /**
   * Reads the answer to the push of the session.
   *
   * @returns The new token of the session; `undefined` while the push waits.
   * @throws {AdministratorError} `push`; `conflict` if no push waits
   */
  async checkPush(requester: PushRequester, source: RequestSource): Promise<Secret | undefined> {
    const phoneId = await this.#push.prove(requester, source.address)
    if (phoneId === undefined) return undefined
    return await this.finish(requester.session, `push phone=${phoneId}`, source)
  }

  /**
   * Signs the session in, or steps it up, after a factor was proved.
   *
   * @param factor For the log: its kind, for a push with its phone.
   */
  async finish(
    session: AdministratorSession,
    factor: string,
    source: RequestSource,
  ): Promise<Secret> {
    const { store, administrators, sessions, clock } = this.#accounts
    const now = clock.now()
    return await store.transaction(async (db) => {
      const administrator = await administrators.byId(session.adminId, db)
      if (administrator?.status !== 'active') throw wrongCredentials()
      const token = await sessions.prove(session, source.address, now, db)
      if (token === undefined) throw wrongCredentials()
      const { adminId, email } = administrator
      if (session.state !== 'signed_in') {
        await administrators.noteSignIn(adminId, now, db)
      }
      const event = {
        timestamp: now,
        actor: email,
        action: session.state === 'signed_in' ? 'admin_step_up' : 'admin_login',
        actorId: adminId,
        address: source.address,
        object: email,
        objectKind: 'administrator',
        objectId: adminId,
        description: `factor=${factor} ip_address=${source.address} browser=${source.userAgent}`,
      }
      await this.#log.append(event, db)
      return token
    })
  }
}

function wrongCredentials(): AdministratorError {
  return new AdministratorError('sign_in', 'The e-mail address or the password is wrong.')
}

function wrongCode(): AdministratorError {
  return new AdministratorError(
    'wrong_code',
    'This passcode is wrong or was used before. Wait for the next one, and try again.',
  )
}

function requireEnrolmentTime({ enrolUntil }: Administrator, now: number): void {
  if (enrolUntil !== null && now < enrolUntil) return
  throw new AdministratorError(
    'no_factor',
    'This account has no second factor, and the time to add one is over. Ask an owner for a new link.',
  )
}
