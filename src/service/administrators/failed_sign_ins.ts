import type { Clock } from '../../host/clock.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { Administrator } from './administrator.ts'
import type { Administrators } from './administrators.ts'
import type { RequestSource } from './sign_in.ts'

/**
 * `admin_login_error`: a password or a factor was refused; `admin_session_refused`: a session was used
 * from another browser or network.
 */
type FailureAction = 'admin_login_error' | 'admin_session_refused'

/** Something that was refused before anybody was signed in. */
export interface SignInFailure {
  readonly action: FailureAction
  /** `undefined` if no account has the address that was typed. */
  readonly administrator: Pick<Administrator, 'adminId' | 'email'> | undefined
  /** What was wrong: `password`, `totp`, `too_many`, … */
  readonly reason: string
  readonly source: RequestSource
}

/** The failures of one account from one address, in one window. */
interface Tally {
  readonly failure: SignInFailure
  readonly began: number
  count: number
}

const windowMs = 5 * 60_000
/** Addresses with lines of their own, per account and window; the others share one. */
const maxAddresses = 20

/**
 * Writes refused sign-ins into the administrator log, in an amount that is bounded: for each account and
 * address, the first one of five minutes at once, and the number of the others when the five minutes are
 * over. What was typed is not written: people type passwords into the field of the address.
 */
export class FailedSignIns {
  readonly #store: Store
  readonly #administrators: Administrators
  readonly #clock: Clock
  readonly #log = new AdministratorLog()
  readonly #tallies = new Map<string, Tally>()

  constructor(store: Store, administrators: Administrators, clock: Clock) {
    this.#store = store
    this.#administrators = administrators
    this.#clock = clock
  }

  async note(failure: SignInFailure): Promise<void> {
    const now = this.#clock.now()
    const tried = failure.action === 'admin_login_error' ? failure.administrator : undefined
    const isFirst = this.#count(failure, now)
    if (!isFirst && tried === undefined) return
    await this.#store.transaction(async (db) => {
      if (tried !== undefined) await this.#administrators.noteFailure(tried.adminId, now, db)
      if (isFirst) await this.#append(failure, '', db)
    })
  }

  /** Writes the counts of the windows that are over. */
  async tidy(): Promise<void> {
    const now = this.#clock.now()
    for (const [key, { failure, began, count }] of this.#tallies) {
      if (now - began < windowMs) continue
      this.#tallies.delete(key)
      if (count === 1) continue
      const since = new Date(began).toISOString()
      await this.#store.transaction((db) =>
        this.#append(failure, ` more=${count - 1} since=${since}`, db),
      )
    }
  }

  /** @returns Whether it is the first one in its window. */
  #count(failure: SignInFailure, now: number): boolean {
    const account = `${failure.action} ${failure.administrator?.adminId ?? ''} `
    const own = account + failure.source.address
    const isKnown = this.#tallies.has(own)
    const key = isKnown || this.#addressesOf(account) < maxAddresses ? own : `${account}others`
    const tally = this.#tallies.get(key)
    if (tally !== undefined) {
      tally.count++
      return false
    }
    const others = { address: 'others', userAgent: 'others' }
    const counted = key === own ? failure : { ...failure, source: others }
    this.#tallies.set(key, { failure: counted, began: now, count: 1 })
    return true
  }

  #addressesOf(account: string): number {
    return [...this.#tallies.keys()].filter((key) => key.startsWith(account)).length
  }

  async #append(
    { action, administrator, reason, source }: SignInFailure,
    counted: string,
    db: StoreDb,
  ): Promise<void> {
    const account = administrator?.email ?? 'unknown account'
    const event = {
      timestamp: this.#clock.now(),
      actor: account,
      actorId: administrator?.adminId ?? '',
      address: source.address,
      action,
      object: account,
      objectKind: 'administrator',
      objectId: administrator?.adminId ?? '',
      description: `reason=${reason} ip_address=${source.address} browser=${source.userAgent}${counted}`,
    }
    await this.#log.append(event, db)
  }
}
