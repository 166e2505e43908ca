import type { FastifyRequest } from 'fastify'
import { AuthApiFailure, failures } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import { Memo } from '../../../host/memo.ts'
import { sourceAddress } from '../../sign_in/source_address.ts'
import { ApplicationLimit } from './application_limit.ts'
import type { ClientAddresses } from './client_address.ts'
import { RateTable } from './rate_table.ts'

export interface RequestLimits {
  /** Authentic requests of one application, per minute; 0 for no limit. */
  readonly perApplication: number
  /** Refused requests from one address, per minute. */
  readonly refusedPerAddress: number
}

export class TooManyRequests extends AuthApiFailure {
  readonly retryAfterSecs: number

  constructor(retryAfterSecs: number) {
    super(failures.tooManyRequests)
    this.retryAfterSecs = retryAfterSecs
  }
}

const windowMs = 60_000
const maxSources = 2000

/**
 * Limits authentic requests per application, and refused requests per client address. A request counts
 * for its application only after its signature was checked, so forged requests can't use up the
 * application's limit.
 */
export class RequestLimit {
  readonly #application: ApplicationLimit | undefined
  readonly #refused: RateTable
  readonly #addresses: ClientAddresses
  /** By the address of the client. */
  readonly #sources = new Memo<string>(maxSources)
  /** Requests that are being authenticated, by source. */
  readonly #pending = new Map<string, number>()

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
  countGenuine(ikey: string): void {
    const waitMs = this.#application?.add(ikey) ?? 0
    if (waitMs !== 0) throw new TooManyRequests(Math.ceil(waitMs / 1000))
  }

  /**
   * Authenticates a request. While it runs, the request counts as refused, so simultaneous requests can't
   * exceed the limit.
   *
   * @param admit Receives `true` while the address is within its limit of refused requests. Otherwise the
   *   request must not cause a look-up of its own.
   * @param isRefusal Whether an error of `admit` means that the request is not authentic.
   * @throws {TooManyRequests} for a refusal beyond the limit, else the error of `admit`.
   */
  async authenticate<Admitted>(
    request: FastifyRequest,
    admit: (lookUp: boolean) => Promise<Admitted>,
    isRefusal: (error: unknown) => boolean,
  ): Promise<Admitted> {
    const source = this.#findSource(request)
    const before = this.#pending.get(source) ?? 0
    this.#pending.set(source, before + 1)
    try {
      return await admit(this.#refused.remaining(source) > before)
    } catch (error) {
      if (isRefusal(error)) this.#count(source)
      throw error
    } finally {
      const others = (this.#pending.get(source) ?? 1) - 1
      if (others === 0) this.#pending.delete(source)
      else this.#pending.set(source, others)
    }
  }

  /** Counts a refused request. @throws {TooManyRequests} */
  countRefused(request: FastifyRequest): void {
    this.#count(this.#findSource(request))
  }

  /** @throws {TooManyRequests} if the address has used up its refused requests. */
  requireBudget(request: FastifyRequest): void {
    const source = this.#findSource(request)
    if (this.#refused.remaining(source) <= 0) this.#count(source)
  }

  #count(source: string): void {
    const waitMs = this.#refused.add(source)
    if (waitMs !== 0) throw new TooManyRequests(Math.ceil(waitMs / 1000))
  }

  #findSource(request: FastifyRequest): string {
    const address = this.#addresses.resolve(request)
    return this.#sources.find(address, () => sourceAddress(address))
  }
}
