import type { FastifyRequest } from 'fastify'
import { lookupName } from '../../../../duo/index.ts'
import type { Clock } from '../../../../host/clock.ts'
import { sourceAddress } from '../../../sign_in/source_address.ts'
import type { ClientAddresses } from '../../gate/client_address.ts'
import { PortalRefusal } from '../../gate/portal_refusal.ts'
import { RateTable } from '../../gate/rate_table.ts'

const minuteMs = 60_000
/** A page that waits polls 40 times a minute, and many users may share one address. */
const requestsPerAttempt = 20
const attemptsPerName = 15
const attemptWindowMs = 5 * minuteMs

/**
 * Rate limits of the portal: requests per address, and attempts to sign in per address and per username.
 * Usernames are normalised as in the lookup. Unknown ones count too, so the limit does not reveal which
 * users exist. Lockout and the push limit restrict guesses and pushes per user.
 */
export class PortalLimits {
  readonly #addresses: ClientAddresses
  readonly #requests: RateTable
  readonly #attempts: RateTable
  readonly #names: RateTable

  /** @param attemptsPerAddress Per five minutes. */
  constructor(attemptsPerAddress: number, clientAddresses: ClientAddresses, clock: Clock) {
    const table = (max: number, windowMs: number) => new RateTable({ max, windowMs, clock })
    this.#addresses = clientAddresses
    this.#requests = table(attemptsPerAddress * requestsPerAttempt, minuteMs)
    this.#attempts = table(attemptsPerAddress, attemptWindowMs)
    this.#names = table(attemptsPerName, attemptWindowMs)
  }

  /** @throws {PortalRefusal} `too_many_requests` */
  countRequest(request: FastifyRequest): void {
    count(this.#requests, this.#findSource(request))
  }

  /**
   * Counts an attempt to sign in or to open an invitation.
   *
   * @param username As typed; empty if there is none.
   * @throws {PortalRefusal} `too_many_requests`
   */
  countAttempt(request: FastifyRequest, username: string): void {
    count(this.#attempts, this.#findSource(request))
    if (username !== '') count(this.#names, lookupName(username, 'simple'))
  }

  #findSource(request: FastifyRequest): string {
    return sourceAddress(this.#addresses.resolve(request))
  }
}

function count(table: RateTable, key: string): void {
  if (table.add(key) !== 0) throw new PortalRefusal('too_many_requests')
}
