import type { FastifyRequest } from 'fastify'
import { AuthApiFailure, failures } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import { sourceAddress } from '../../sign_in/source_address.ts'
import { ApplicationLimit } from './application_limit.ts'
import type { ClientAddresses } from './client_address.ts'
import { RateTable } from './rate_table.ts'

export interface RequestLimits {
  /** Requests a minute of one application that are genuine; 0 for no limit. */
  readonly perApplication: number
  /** Requests a minute from one address that are not. */
  readonly refusedPerAddress: number
}

/** Too many requests, and when to retry. */
export class TooManyRequests extends AuthApiFailure {
  readonly retryAfterSecs: number

  constructor(retryAfterSecs: number) {
    super(failures.tooManyRequests)
    this.retryAfterSecs = retryAfterSecs
  }
}

const windowMs = 60_000

/**
 * Counts a request for the application only after its signature has been checked, so that nobody without
 * the key can use up the application's limit. A refused request counts for the client's address.
 */
export class RequestLimit {
  readonly #application: ApplicationLimit | undefined
  readonly #refused: RateTable
  readonly #addresses: ClientAddresses
  /** Requests in progress that are not authenticated yet, by source. */
  readonly #underWay = new Map<string, number>()

  constructor(
    { perApplication, refusedPerAddress }: RequestLimits,
    addresses: ClientAddresses,
    clock: Clock,
  ) {
    this.#application =
      perApplication === 0 ? undefined : new ApplicationLimit(perApplication, clock)
    this.#refused = new RateTable({ max: refusedPerAddress, windowMs, clock })
    this.#addresses = addresses
  }

  /** Counts a request of an authenticated application. @throws {TooManyRequests} */
  genuine(ikey: string): void {
    const waitMs = this.#application?.add(ikey) ?? 0
    if (waitMs !== 0) throw new TooManyRequests(Math.ceil(waitMs / 1000))
  }

  /**
   * Authenticates a request. It counts as refused before any work is done and until it has proved
   * genuine, so that simultaneous requests can't evade the limit.
   *
   * @param admit Receives whether the address has refused requests left: only then may a request cost a
   *   look-up of its own.
   * @param isRefusal Whether an error says that the request is not genuine.
   * @throws {TooManyRequests} for a refusal beyond the limit, else what `admit` throws.
   */
  async admitting<Admitted>(
    request: FastifyRequest,
    admit: (lookUp: boolean) => Promise<Admitted>,
    isRefusal: (error: unknown) => boolean,
  ): Promise<Admitted> {
    const source = this.#sourceOf(request)
    const before = this.#underWay.get(source) ?? 0
    this.#underWay.set(source, before + 1)
    try {
      return await admit(this.#refused.left(source) > before)
    } catch (error) {
      if (isRefusal(error)) this.#count(source)
      throw error
    } finally {
      const others = (this.#underWay.get(source) ?? 1) - 1
      if (others === 0) this.#underWay.delete(source)
      else this.#underWay.set(source, others)
    }
  }

  /**
   * Counts a request that was refused.
   *
   * @throws {TooManyRequests}
   */
  refused(request: FastifyRequest): void {
    this.#count(this.#sourceOf(request))
  }

  /** @throws {TooManyRequests} where the address has used up its refused requests. */
  requireSome(request: FastifyRequest): void {
    const source = this.#sourceOf(request)
    if (this.#refused.left(source) <= 0) this.#count(source)
  }

  #count(source: string): void {
    const waitMs = this.#refused.add(source)
    if (waitMs !== 0) throw new TooManyRequests(Math.ceil(waitMs / 1000))
  }

  #sourceOf(request: FastifyRequest): string {
    return sourceAddress(this.#addresses.of(request))
  }
}
