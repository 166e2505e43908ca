import type {} from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AuthApiFailure, failures } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import { sourceAddress } from '../../authentication/source_address.ts'
import type { ClientAddresses } from './client_address.ts'
import { RateTable } from './rate_table.ts'

export interface RequestLimits {
  /** Requests a minute of one application that are genuine; 0 for no limit. */
  readonly perApplication: number
  /** Requests a minute from one address that are not. */
  readonly refusedPerAddress: number
}

/** Too many requests: when to ask again. */
export class TooManyRequests extends AuthApiFailure {
  readonly retryAfterSecs: number

  constructor(retryAfterSecs: number) {
    super(failures.tooManyRequests)
    this.retryAfterSecs = retryAfterSecs
  }
}

type Limiter = ReturnType<FastifyInstance['createRateLimit']>

const windowMs = 60_000

/**
 * Counts an application's requests only once they have proved to be its own, so that nobody without
 * its key can use up what it may ask; what is refused counts for the address that it came from.
 */
export class RequestLimit {
  readonly #application: Limiter | undefined
  readonly #refused: RateTable
  readonly #addresses: ClientAddresses
  /** Requests by source of which it is not known yet who asks. */
  readonly #underWay = new Map<string, number>()
  readonly #ikeys = new WeakMap<FastifyRequest, string>()

  constructor(
    server: FastifyInstance,
    { perApplication, refusedPerAddress }: RequestLimits,
    addresses: ClientAddresses,
    clock: Clock,
  ) {
    this.#application =
      perApplication === 0
        ? undefined
        : server.createRateLimit({
            max: perApplication,
            timeWindow: windowMs,
            keyGenerator: (request) => this.#ikeys.get(request) ?? '',
          })
    this.#refused = new RateTable({ max: refusedPerAddress, windowMs, clock })
    this.#addresses = addresses
  }

  /** @throws {TooManyRequests} */
  async genuine(request: FastifyRequest, ikey: string): Promise<void> {
    if (this.#application === undefined) return
    this.#ikeys.set(request, ikey)
    const limit = await this.#application(request)
    if (!limit.isAllowed && limit.isExceeded) throw new TooManyRequests(limit.ttlInSeconds)
  }

  /**
   * Finds out who asks. A request counts as refused before any work is done and until it has proved to
   * be genuine, so that many at once are no way around the limit.
   *
   * @param admit Told whether the address has some of its refused requests left: only then may a
   *   request cost a look-up of its own.
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

  /** @throws {TooManyRequests} where the address has none of its refused requests left. */
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
