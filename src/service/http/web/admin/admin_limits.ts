import type { FastifyRequest } from 'fastify'
import type { Clock } from '../../../../host/clock.ts'
import { emailKey } from '../../../administrators/administrators.ts'
import { sourceAddress } from '../../../sign_in/source_address.ts'
import { AdminRefusal } from '../../gate/admin_refusal.ts'
import type { ClientAddresses } from '../../gate/client_address.ts'
import { RateTable } from '../../gate/rate_table.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const requestsPerAttempt = 40
const attemptWindowMs = 5 * minuteMs
/** Tries on one account: from one browser or one address, and from all browsers that it does not know. */
const triesPerSource = { max: 10, windowMs: 15 * minuteMs }
const triesOfStrangers = { max: 100, windowMs: hourMs }

/** A password or a second factor that is tried on an account. */
export interface Try {
  /** Passwords and factors are counted apart, so that nobody uses up the tries of the other. */
  readonly kind: 'password' | 'factor'
  /** The e-mail address as typed, or the account's id. */
  readonly account: string
  /**
   * Names the browser, if the account knows it: its tries count on their own, and those of strangers
   * don't stop it.
   */
  readonly knownBrowser: string | undefined
}

/** Rate limits of the panel: requests per client address, and attempts to sign in. */
export class AdminLimits {
  readonly #addresses: ClientAddresses
  readonly #requests: RateTable
  readonly #attempts: RateTable
  readonly #bySource: RateTable
  readonly #byStrangers: RateTable

  /** @param attemptsPerAddress Per five minutes. */
  constructor(attemptsPerAddress: number, addresses: ClientAddresses, clock: Clock) {
    this.#addresses = addresses
    this.#requests = new RateTable({
      max: attemptsPerAddress * requestsPerAttempt,
      windowMs: minuteMs,
      clock,
    })
    this.#attempts = new RateTable({ max: attemptsPerAddress, windowMs: attemptWindowMs, clock })
    this.#bySource = new RateTable({ ...triesPerSource, clock })
    this.#byStrangers = new RateTable({ ...triesOfStrangers, clock })
  }

  /** @throws {AdminRefusal} `too_many` */
  countRequest(request: FastifyRequest): void {
    count(this.#requests, this.#source(request))
  }

  /** Counts a link or a challenge that a browser asks for. @throws {AdminRefusal} `too_many` */
  countAttempt(request: FastifyRequest): void {
    count(this.#attempts, this.#source(request))
  }

  /** Counts a try before it is checked. @throws {AdminRefusal} `too_many` */
  countTry(request: FastifyRequest, { kind, account, knownBrowser }: Try): void {
    // the form in which accounts are found, so that no other spelling has tries of its own
    const key = `${kind} ${emailKey(account)}`
    if (knownBrowser !== undefined) {
      count(this.#bySource, `${key} browser ${knownBrowser}`)
      return
    }
    const source = this.#source(request)
    count(this.#attempts, source)
    count(this.#bySource, `${key} address ${source}`)
    count(this.#byStrangers, key)
  }

  #source(request: FastifyRequest): string {
    return sourceAddress(this.#addresses.resolve(request))
  }
}

function count(table: RateTable, key: string): void {
  const waitMs = table.add(key)
  if (waitMs !== 0) throw new AdminRefusal('too_many', Math.ceil(waitMs / 1000))
}
