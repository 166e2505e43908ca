import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AdministratorAccounts } from '../../../administrators/accounts.ts'
import { type Administrator, AdministratorError } from '../../../administrators/administrator.ts'
import type { FailedSignIns } from '../../../administrators/failed_sign_ins.ts'
import { browserKey, KnownBrowsers } from '../../../administrators/known_browsers.ts'
import type { RequestSource } from '../../../administrators/sign_in.ts'
import { AdminRefusal } from '../../gate/admin_refusal.ts'
import type { AdminSessionGate, AdmittedSession } from '../../gate/admin_session.ts'
import type { AdminLimits } from './admin_limits.ts'

/** A request that tries a password or a factor. */
interface Attempt {
  readonly request: FastifyRequest
  readonly source: RequestSource
}

const refusals = ['sign_in', 'wrong_code', 'passkey', 'push']

/** Limits the tries of passwords and second factors, and records those that are refused. */
export class SignInAttempts {
  readonly #accounts: AdministratorAccounts
  readonly #gate: AdminSessionGate
  readonly #limits: AdminLimits
  readonly #failures: FailedSignIns
  readonly #browsers = new KnownBrowsers()

  constructor(
    accounts: AdministratorAccounts,
    gate: AdminSessionGate,
    limits: AdminLimits,
    failures: FailedSignIns,
  ) {
    this.#accounts = accounts
    this.#gate = gate
    this.#limits = limits
    this.#failures = failures
  }

  /**
   * Checks a password.
   *
   * @param check `isKnown`: the account has been signed in to from this browser before.
   * @throws {AdminRefusal} `too_many`
   */
  async password<Result>(
    { request, source }: Attempt,
    email: string,
    check: (isKnown: boolean) => Promise<Result>,
  ): Promise<Result> {
    const { administrators, store } = this.#accounts
    const administrator = await administrators.byEmail(email, store.db)
    const knownBrowser = await this.#knownBrowser(administrator, request)
    return await this.#recorded({ administrator, source, reason: 'password' }, async () => {
      this.#limits.countTry(request, { kind: 'password', account: email, knownBrowser })
      return await check(knownBrowser !== undefined)
    })
  }

  /**
   * Checks a second factor at a sign-in or a step-up.
   *
   * @param reason The kind of the factor.
   * @throws {AdminRefusal} `too_many`
   */
  async factor<Result>(
    { request, source }: Attempt,
    caller: AdmittedSession,
    reason: string,
    check: () => Promise<Result>,
  ): Promise<Result> {
    return await this.#recorded({ ...caller, source, reason }, async () => {
      await this.countFactor(request, caller)
      return await check()
    })
  }

  /** Reads the answer to a push. The push was counted as a try when it was sent; polls are not counted. */
  async answer<Result>(
    { source }: Pick<Attempt, 'source'>,
    { administrator }: AdmittedSession,
    read: () => Promise<Result>,
  ): Promise<Result> {
    return await this.#recorded({ administrator, source, reason: 'push' }, read)
  }

  /** Counts a try of a second factor. @throws {AdminRefusal} `too_many` */
  async countFactor(
    request: FastifyRequest,
    { session, administrator }: AdmittedSession,
  ): Promise<void> {
    const { adminId: account } = administrator
    const knownBrowser =
      session.state === 'signed_in'
        ? session.sessionId
        : await this.#knownBrowser(administrator, request)
    this.#limits.countTry(request, { kind: 'factor', account, knownBrowser })
  }

  /** Records that the account is signed in to in this browser. */
  async remember(
    { administrator: { adminId } }: AdmittedSession,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { store, clock } = this.#accounts
    const token = this.#gate.browserToken(request)
    const kept = await store.transaction((db) =>
      this.#browsers.remember(adminId, token, clock.now(), db),
    )
    this.#gate.setBrowserCookie(reply, kept)
  }

  /** @returns The name of the browser, if the account knows it. */
  async #knownBrowser(
    administrator: Administrator | undefined,
    request: FastifyRequest,
  ): Promise<string | undefined> {
    const { store, clock } = this.#accounts
    const token = this.#gate.browserToken(request)
    if (administrator === undefined || token === undefined) return undefined
    const isKnown = await this.#browsers.knows(administrator.adminId, token, clock.now(), store.db)
    return isKnown ? browserKey(token) : undefined
  }

  async #recorded<Result>(
    failure: {
      readonly administrator: Administrator | undefined
      readonly source: RequestSource
      readonly reason: string
    },
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      const isLimit = error instanceof AdminRefusal && error.code === 'too_many'
      const isWrong = error instanceof AdministratorError && refusals.includes(error.code)
      if (isLimit || isWrong) {
        const reason = isLimit ? `too_many_${failure.reason}` : failure.reason
        await this.#failures.note({ ...failure, action: 'admin_login_error', reason })
      }
      throw error
    }
  }
}
