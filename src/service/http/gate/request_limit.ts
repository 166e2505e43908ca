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

  /** The refusal of a request whose address has used up its refused ones; nothing is counted. */
  spent(request: FastifyRequest): TooManyRequests | undefined {
    const waitMs = this.#refused.spentForMs(this.#sourceOf(request))
    return waitMs === 0 ? undefined : tooMany(waitMs)
  }

  /** @throws {TooManyRequests} */
  refused(request: FastifyRequest): void {
    const waitMs = this.#refused.add(this.#sourceOf(request))
    if (waitMs !== 0) throw tooMany(waitMs)
  }

  #sourceOf(request: FastifyRequest): string {
    return sourceAddress(this.#addresses.of(request))
  }
}

function tooMany(waitMs: number): TooManyRequests {
  return new TooManyRequests(Math.ceil(waitMs / 1000))
}
