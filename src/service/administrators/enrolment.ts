import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { AdministratorLog } from '../audit/administrator_log.ts'
import type { StoreDb } from '../store/store.ts'
import type { AdministratorAccounts } from './accounts.ts'
import { type Administrator, AdministratorError } from './administrator.ts'
import type { NewFactor } from './factors.ts'
import type { AdministratorPasskeys } from './passkeys.ts'
import type { AdministratorPush, SentPush } from './push.ts'
import type { PushPhone } from './push_phones.ts'
import type { AdministratorSession } from './sessions.ts'
import { findTotpStep, newTotpSecret, totpUri } from './totp.ts'
import { readFactorName } from './words.ts'

/** The session that adds a factor, and its administrator. */
export interface Enrolling {
  readonly session: AdministratorSession
  readonly administrator: Administrator
}

/** A TOTP secret that the next passcode confirms. */
export interface OfferedTotp {
  /** In base32. */
  readonly secret: string
  /** `otpauth://totp/…` */
  readonly uri: string
}

/**
 * Adds second factors: the first one in a session whose password was right, further ones in a session
 * that is stepped up.
 */
export class FactorEnrolment {
  readonly #accounts: AdministratorAccounts
  readonly #passkeys: AdministratorPasskeys
  readonly #push: AdministratorPush
  readonly #organisation: () => string
  readonly #log = new AdministratorLog()

  /** @param organisation The issuer that authenticator apps show. */
  constructor(
    accounts: AdministratorAccounts,
    passkeys: AdministratorPasskeys,
    push: AdministratorPush,
    organisation: () => string,
  ) {
    this.#accounts = accounts
    this.#passkeys = passkeys
    this.#push = push
    this.#organisation = organisation
  }

  /** Offers a TOTP secret, in place of the session's previous one. */
  async offerTotp({ session, administrator }: Enrolling): Promise<OfferedTotp> {
    const { store, sessions } = this.#accounts
    const secret = newTotpSecret()
    const sealed = store.sealing.seal(secret, pendingPlace(session))
    await sessions.setSealedSecret(session.tokenHash, sealed, store.db)
    const issuer = `${this.#organisation()} administrators`
    return { secret, uri: totpUri(secret, issuer, administrator.email) }
  }

  /**
   * Adds the authenticator app that shows this passcode. The passcode is used up.
   *
   * @throws {AdministratorError} `wrong_code`; `conflict` if no secret was offered; `limit`
   */
  async addTotp(enrolling: Enrolling, passcode: string, typedName: string): Promise<void> {
    const { store, sessions, clock } = this.#accounts
    const { tokenHash } = enrolling.session
    const sealed = await sessions.sealedSecret(tokenHash, store.db)
    if (sealed === undefined) throw nothingOffered()
    const secret = store.sealing.open(sealed, pendingPlace(enrolling.session))
    const position = findTotpStep(secret, passcode, clock.now())
    if (position === undefined) {
      throw new AdministratorError(
        'wrong_code',
        'This passcode is wrong. Check the time of the phone, and type the passcode it shows now.',
      )
    }
    await store.transaction(async (db) => {
      if (!(await sessions.takeSealedSecret(tokenHash, sealed, db))) throw nothingOffered()
      const name = readFactorName(typedName, 'Authenticator app')
      const { adminId } = enrolling.administrator
      await this.#add(enrolling, { adminId, kind: 'totp', name, secret, position }, db)
    })
  }

  /** What the browser needs to make a passkey. */
  async offerPasskey({ session, administrator }: Enrolling) {
    return await this.#passkeys.creationOptions(session, administrator, this.#accounts.store.db)
  }

  /** @throws {AdministratorError} `passkey`, `conflict`, `limit` */
  async addPasskey(
    enrolling: Enrolling,
    response: RegistrationResponseJSON,
    typedName: string,
  ): Promise<void> {
    const { store } = this.#accounts
    const factor = await this.#passkeys.verifyCreation(enrolling.session, response, store.db)
    const name = readFactorName(typedName, 'Passkey')
    await store.transaction((db) => this.#add(enrolling, { ...factor, name }, db))
  }

  /** The phones that the administrator can add. */
  async offerPush(enrolling: Enrolling): Promise<readonly PushPhone[]> {
    return await this.#push.offered(enrolling)
  }

  /**
   * Sends the push that adds its phone.
   *
   * @param address Of the browser, which the app shows.
   * @throws {AdministratorError} `push`, `not_found`, `conflict`
   */
  async sendPush(enrolling: Enrolling, phoneId: string, address: string): Promise<SentPush> {
    return await this.#push.sendToAdd(enrolling, phoneId, address)
  }

  /**
   * Adds the phone that has approved the push. Replaces a factor on the same phone, which can no longer be
   * used.
   *
   * @param network Of the browser, as `sourceAddress` gives it.
   * @returns The identifier of the phone; `undefined` while the push waits.
   * @throws {AdministratorError} `push`, `conflict`, `limit`
   */
  async addPush(
    enrolling: Enrolling,
    typedName: string,
    network: string,
  ): Promise<string | undefined> {
    const { factors } = this.#accounts
    const { adminId } = enrolling.administrator
    const typed = readFactorName(typedName, '')
    return await this.#push.proveNew(
      enrolling,
      network,
      async ({ phoneId, publicKey, label }, db) => {
        await factors.requireFreePhone(phoneId, adminId, db)
        const held = await factors.ofAdministrator(adminId, db)
        for (const { factorId, externalId } of held) {
          if (externalId !== phoneId) continue
          await factors.remove(factorId, adminId, db)
          await this.#append(enrolling, 'admin_factor_delete', factorId, db)
        }
        const name = typed === '' ? label : typed
        const factor = { adminId, kind: 'push', name, externalId: phoneId, publicKey } as const
        await this.#add(enrolling, factor, db)
        return phoneId
      },
    )
  }

  /** Adds a factor. The first one is added once, however many browsers try. */
  async #add({ session, administrator }: Enrolling, factor: NewFactor, db: StoreDb): Promise<void> {
    const { administrators, factors, clock } = this.#accounts
    const now = clock.now()
    const isFirst = session.state === 'enrol_factor'
    if (isFirst && !(await administrators.endEnrolment(administrator.adminId, now, db))) {
      throw new AdministratorError(
        'no_factor',
        'The time to add a second factor is over, or one was added already. Sign in again.',
      )
    }
    const { factorId, kind, name } = await factors.add(factor, now, db)
    const description = `${kind} ${factorId} ${name}`
    await this.#append({ administrator }, 'admin_factor_create', description, db)
  }

  async #append(
    { administrator: { email } }: Pick<Enrolling, 'administrator'>,
    action: string,
    description: string,
    db: StoreDb,
  ): Promise<void> {
    const timestamp = this.#accounts.clock.now()
    await this.#log.append({ timestamp, actor: email, action, object: email, description }, db)
  }
}

function nothingOffered(): AdministratorError {
  return new AdministratorError('conflict', 'Start again: this authenticator app was not offered.')
}

function pendingPlace({ sessionId }: AdministratorSession): string {
  return `administrator_sessions:secret:${sessionId}`
}
