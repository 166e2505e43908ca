import type { Secret } from '../../host/secret.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import type { StoreDb } from '../store/store.ts'
import type { AdministratorAccounts } from './accounts.ts'
import type { PasswordSettings } from './activation.ts'
import { type Administrator, AdministratorError } from './administrator.ts'
import type { AdministratorFactor } from './factors.ts'
import { requireGoodPassword } from './password_rules.ts'
import type { PushPhones } from './push_phones.ts'
import { endSessions, type SessionEnd } from './session_end.ts'
import type { AdministratorSession, EndedSession } from './sessions.ts'
import { readFactorName, requireName } from './words.ts'

/** The signed-in administrator, and the session that they use. */
export interface OwnSession {
  readonly adminId: string
  readonly email: string
  readonly sessionId: string
}

/** What administrators do with their own account; each change and its log line are one transaction. */
export class OwnAccount {
  readonly #accounts: AdministratorAccounts
  readonly #phones: PushPhones
  readonly #settings: () => PasswordSettings
  readonly #log = new AdministratorLog()

  constructor(
    accounts: AdministratorAccounts,
    phones: PushPhones,
    settings: () => PasswordSettings,
  ) {
    this.#accounts = accounts
    this.#phones = phones
    this.#settings = settings
  }

  async describe({ adminId }: OwnSession): Promise<{
    readonly administrator: Administrator
    readonly factors: readonly AdministratorFactor[]
    /** The factors that can be used now. */
    readonly usable: readonly AdministratorFactor[]
    readonly sessions: readonly AdministratorSession[]
    readonly endedSessions: readonly EndedSession[]
  }> {
    const { store, administrators, factors, sessions, clock } = this.#accounts
    const administrator = await administrators.byId(adminId, store.db)
    if (administrator === undefined) throw gone()
    const now = clock.now()
    const held = await factors.ofAdministrator(adminId, store.db)
    return {
      administrator,
      factors: held,
      usable: await this.#phones.usable(administrator, held, store.db),
      sessions: await sessions.ofAdministrator(adminId, now, store.db),
      endedSessions: await sessions.endedOf(adminId, now, store.db),
    }
  }

  /** @throws {AdministratorError} `name` */
  async update(
    own: OwnSession,
    { name, phone }: { readonly name?: string | undefined; readonly phone?: string | undefined },
  ): Promise<void> {
    const change = {
      ...(name === undefined ? {} : { name: requireName(name) }),
      ...(phone === undefined ? {} : { phone }),
    }
    await this.#change(own, 'admin_profile_update', Object.keys(change).join(' '), (db) =>
      this.#accounts.administrators.update(own.adminId, change, db),
    )
  }

  /**
   * Sets a new password, and ends the other sessions.
   *
   * @throws {AdministratorError} `password` if the present one is wrong, or the new one is not good
   */
  async changePassword(own: OwnSession, present: Secret, next: Secret): Promise<void> {
    const { store, administrators, passwords, clock } = this.#accounts
    const administrator = await administrators.byId(own.adminId, store.db)
    if (administrator === undefined) throw gone()
    const stored = await administrators.passwordHash(own.adminId, store.db)
    if (!(await passwords.matches(present, stored, { isPreferred: true }))) {
      throw new AdministratorError('password', 'The present password is wrong.')
    }
    const { minLength, organisation } = this.#settings()
    const words = [organisation, administrator.email, administrator.name]
    await requireGoodPassword(next, { minLength, words })
    const hash = await passwords.hash(next)
    await this.#change(own, 'admin_password_update', '', async (db) => {
      const now = clock.now()
      await administrators.setPassword(own.adminId, hash, now, db)
      const end = { reason: 'password_changed', by: own.email, now } as const
      await endSessions(own.adminId, end, db, { except: own.sessionId })
    })
  }

  /** @throws {AdministratorError} `not_found`, `name` */
  async renameFactor(own: OwnSession, factorId: string, typedName: string): Promise<void> {
    const name = readFactorName(typedName, 'Second factor')
    await this.#change(own, 'admin_factor_update', `${factorId} ${name}`, async (db) => {
      const { factors } = this.#accounts
      if (!(await factors.rename(factorId, own.adminId, name, db))) throw noFactor()
    })
  }

  /** @throws {AdministratorError} `not_found`; `last_factor` if no usable factor would be left */
  async removeFactor(own: OwnSession, factorId: string): Promise<void> {
    await this.#change(own, 'admin_factor_delete', factorId, async (db) => {
      const { administrators, factors } = this.#accounts
      // two browsers must not remove one factor each at the same time
      await administrators.lock(own.adminId, db)
      const held = await factors.ofAdministrator(own.adminId, db)
      if (!held.some((factor) => factor.factorId === factorId)) throw noFactor()
      const usable = await this.#phones.usable(own, held, db)
      if (!usable.some((factor) => factor.factorId !== factorId)) {
        throw new AdministratorError(
          'last_factor',
          'This is your only usable second factor. Add another one first.',
        )
      }
      await factors.remove(factorId, own.adminId, db)
    })
  }

  /** Ends one session of one's own. @throws {AdministratorError} `not_found` */
  async endSession(own: OwnSession, sessionId: string): Promise<void> {
    await this.#change(own, 'admin_sessions_end', sessionId, async (db) => {
      const ended = await endSessions(own.adminId, this.#ended(own), db, { only: sessionId })
      if (ended === 0) throw new AdministratorError('not_found', 'This session has ended already.')
    })
  }

  /** Ends all sessions but this one. */
  async endOtherSessions(own: OwnSession): Promise<number> {
    return await this.#change(own, 'admin_sessions_end', 'others', (db) =>
      endSessions(own.adminId, this.#ended(own), db, { except: own.sessionId }),
    )
  }

  #ended({ email }: OwnSession): SessionEnd {
    return { reason: 'ended', by: email, now: this.#accounts.clock.now() }
  }

  async #change<Result>(
    { email }: OwnSession,
    action: string,
    description: string,
    work: (db: StoreDb) => Promise<Result>,
  ): Promise<Result> {
    const { store, clock } = this.#accounts
    return await store.transaction(async (db) => {
      const result = await work(db)
      const event = { timestamp: clock.now(), actor: email, action, object: email, description }
      await this.#log.append(event, db)
      return result
    })
  }
}

function gone(): AdministratorError {
  return new AdministratorError('not_found', 'There is no such administrator.')
}

function noFactor(): AdministratorError {
  return new AdministratorError('not_found', 'You have no such factor any more.')
}
