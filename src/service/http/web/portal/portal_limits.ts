import type { FastifyRequest } from 'fastify'
import { lookupName } from '../../../../duo/index.ts'
import type { Clock } from '../../../../host/clock.ts'
import { sourceAddress } from '../../../sign_in/source_address.ts'
import type { ClientAddresses } from '../../gate/client_address.ts'
import { PortalRefusal } from '../../gate/portal_refusal.ts'
import { RateTable } from '../../gate/rate_table.ts'

const minuteMs = 60_000
/** A waiting page polls forty times a minute, and a whole office may share one address. */
const requestsATry = 20
const triesPerName = 15
const triesWithinMs = 5 * minuteMs

/**
 * Rate limits of the portal: requests of an address, and tries to sign in of an address and for a name.
 * A name counts as the lookup reads it, and also where no user has it, so that no answer tells which.
 * Guesses and pushes of one user are limited by user id, in the lockout and in the push limit.
 */
export class PortalLimits {
  readonly #addresses: ClientAddresses
  readonly #requests: RateTable
  readonly #tries: RateTable
  readonly #names: RateTable

  /** @param triesPerAddress In five minutes. */
  constructor(triesPerAddress: number, clientAddresses: ClientAddresses, clock: Clock) {
    const table = (max: number, windowMs: number) => new RateTable({ max, windowMs, clock })
    this.#addresses = clientAddresses
    this.#requests = table(triesPerAddress * requestsATry, minuteMs)
    this.#tries = table(triesPerAddress, triesWithinMs)
    this.#names = table(triesPerName, triesWithinMs)
  }

  /** @throws {PortalRefusal} `too_many_requests` */
  request(request: FastifyRequest): void {
    count(this.#requests, this.#sourceOf(request))
  }

  /**
   * Counts a try to sign in, or to open an invitation.
   *
   * @param username As it was typed; empty where none was.
   * @throws {PortalRefusal} `too_many_requests`
   */
  tried(request: FastifyRequest, username: string): void {
    count(this.#tries, this.#sourceOf(request))
    if (username !== '') count(this.#names, lookupName(username, 'simple'))
  }

  #sourceOf(request: FastifyRequest): string {
    return sourceAddress(this.#addresses.of(request))
  }
}

function count(table: RateTable, key: string): void {
  if (table.add(key) !== 0) throw new PortalRefusal('too_many_requests')
}
