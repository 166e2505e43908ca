import type {} from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AuthApiFailure, failures } from '../../../duo/index.ts'

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

const window = 60_000

/**
 * Counts an application's requests only once they have proved to be its own, so that nobody without
 * its key can use up what it may ask; what is refused counts for the address that it came from.
 */
export class RequestLimit {
  readonly #application: Limiter | undefined
  readonly #refused: Limiter
  readonly #ikeys = new WeakMap<FastifyRequest, string>()

  constructor(server: FastifyInstance, { perApplication, refusedPerAddress }: RequestLimits) {
    this.#application =
      perApplication === 0
        ? undefined
        : server.createRateLimit({
            max: perApplication,
            timeWindow: window,
            keyGenerator: (request) => this.#ikeys.get(request) ?? '',
          })
    this.#refused = server.createRateLimit({
      max: refusedPerAddress,
      timeWindow: window,
      keyGenerator: (request) => request.socket.remoteAddress ?? '',
    })
  }

  /** @throws {TooManyRequests} */
  async genuine(request: FastifyRequest, ikey: string): Promise<void> {
    if (this.#application === undefined) return
    this.#ikeys.set(request, ikey)
    await count(this.#application, request)
  }

  /** @throws {TooManyRequests} */
  async refused(request: FastifyRequest): Promise<void> {
    await count(this.#refused, request)
  }
}

async function count(limiter: Limiter, request: FastifyRequest): Promise<void> {
  const limit = await limiter(request)
  if (!limit.isAllowed && limit.isExceeded) throw new TooManyRequests(limit.ttlInSeconds)
}
