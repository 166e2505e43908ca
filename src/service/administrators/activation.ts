import type { Secret } from '../../host/secret.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import type { StoreDb } from '../store/store.ts'
import type { AdministratorAccounts } from './accounts.ts'
import { type Administrator, AdministratorError } from './administrator.ts'
import type { AdministratorLink, AdministratorLinkKind, AdministratorLinks } from './links.ts'
import { requireGoodPassword } from './password_rules.ts'
import { endSessions } from './session_end.ts'
import type { OpenedSession } from './sessions.ts'
import type { RequestSource } from './sign_in.ts'
import { requireEmail, requireName } from './words.ts'

/** What a link is for. */
export interface OpenedLink {
  readonly kind: AdministratorLinkKind
  /** `null` for the first owner, who chooses it. */
  readonly email: string | null
  readonly name: string | null
  readonly expires: number
}

/** What the person fills in. */
export interface ActivationForm {
  readonly password: Secret
  /** First owner only. */
  readonly email?: string | undefined
  readonly name?: string | undefined
}

/** The rules of passwords that can change while the service runs. */
export interface PasswordSettings {
  readonly minLength: number
  readonly organisation: string
}

/** A first factor is added within this time after the link was used. */
const enrolMs = 30 * 60_000

/** Uses the one-time links of administrators: first owner, activation and resets. */
export class Activation {
  readonly #accounts: AdministratorAccounts
  readonly #links: AdministratorLinks
  readonly #settings: () => PasswordSettings
  readonly #log = new AdministratorLog()

  constructor(
    accounts: AdministratorAccounts,
    links: AdministratorLinks,
    settings: () => PasswordSettings,
  ) {
    this.#accounts = accounts
    this.#links = links
    this.#settings = settings
  }

  /** Describes a link without using it up. @throws {AdministratorError} `link_over` */
  async open(code: Secret): Promise<OpenedLink> {
    const { store } = this.#accounts
    const { link, administrator } = await this.#find(code, store.db)
    const { email = null, name = null } = administrator ?? {}
    return { kind: link.kind, email, name, expires: link.expires }
  }

  /**
   * Uses a link up: sets the password, or checks it for a link that only replaces factors.
   *
   * @returns A session that waits for a second factor, or for the first one to be added.
   * @throws {AdministratorError} `link_over`, `password`, `sign_in`, `email`, `name`
   */
  async use(code: Secret, form: ActivationForm, source: RequestSource): Promise<OpenedSession> {
    const { store, administrators, sessions, clock } = this.#accounts
    const { link, administrator: found } = await this.#find(code, store.db)
    // a hash is slow, so it is made before the transaction
    const hash = await this.#hash(link, found, form)
    const now = clock.now()
    return await store.transaction(async (db) => {
      if (!(await this.#links.consume(link, now, db))) throw linkOver()
      const administrator = found ?? (await this.#createOwner(form, now, db))
      const { adminId, status } = administrator
      if (hash !== undefined) await administrators.setPassword(adminId, hash, now, db)
      if (status === 'pending_activation') {
        await administrators.update(adminId, { status: 'active' }, db)
      }
      await endSessions(adminId, { reason: 'reset', by: administrator.email, now }, db)
      const state = link.kind === 'password' ? 'second_factor' : 'enrol_factor'
      if (state === 'enrol_factor') await administrators.allowEnrolment(adminId, now + enrolMs, db)
      await this.#log.append(
        {
          timestamp: now,
          actor: administrator.email,
          action: 'admin_activate',
          object: administrator.email,
          description: `link=${link.kind} ip_address=${source.address} browser=${source.userAgent}`,
        },
        db,
      )
      return await sessions.open({ adminId, state, ...source }, now, db)
    })
  }

  async #hash(
    { kind }: AdministratorLink,
    administrator: Administrator | undefined,
    { password, email = '', name = '' }: ActivationForm,
  ): Promise<string | undefined> {
    const { store, administrators, passwords } = this.#accounts
    if (kind === 'factors' && administrator !== undefined) {
      const stored = await administrators.passwordHash(administrator.adminId, store.db)
      if (await passwords.matches(password, stored, { isPreferred: false })) return undefined
      throw new AdministratorError('sign_in', 'The password is wrong.')
    }
    const { minLength, organisation } = this.#settings()
    const own = administrator ?? { email: requireEmail(email), name: requireName(name) }
    await requireGoodPassword(password, { minLength, words: [organisation, own.email, own.name] })
    return await passwords.hash(password)
  }

  async #createOwner(
    { email = '', name = '' }: ActivationForm,
    now: number,
    db: StoreDb,
  ): Promise<Administrator> {
    const account = { email: requireEmail(email), name: requireName(name) }
    if (await this.#accounts.administrators.any(db)) throw linkOver()
    return await this.#accounts.administrators.create(
      { ...account, role: 'Owner', status: 'active' },
      now,
      db,
    )
  }

  async #find(
    code: Secret,
    db: StoreDb,
  ): Promise<{ readonly link: AdministratorLink; readonly administrator?: Administrator }> {
    const { administrators, clock } = this.#accounts
    const link = await this.#links.byCode(code, clock.now(), db)
    if (link === undefined) throw linkOver()
    if (link.adminId === null) {
      if (await administrators.any(db)) throw linkOver()
      return { link }
    }
    const administrator = await administrators.byId(link.adminId, db)
    if (administrator === undefined || administrator.status === 'disabled') throw linkOver()
    return { link, administrator }
  }
}

function linkOver(): AdministratorError {
  return new AdministratorError(
    'link_over',
    'This link was used before or has expired. Ask an owner for a new one, or run “countersign admin reset EMAIL” on the server.',
  )
}
