import type {} from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PortalRefusal } from '../gate/portal_refusal.ts'

type Limiter = ReturnType<FastifyInstance['createRateLimit']>

const minuteMs = 60_000
/** A page that waits asks forty times a minute, and a whole office may share one address. */
const requestsATry = 20
const triesPerName = 15
const triesWithinMs = 5 * minuteMs

/** How often the portal may be asked: by an address at all, and for sign-ins by an address and for a name. */
export class PortalLimits {
  readonly #requests: Limiter
  readonly #address: Limiter
  readonly #name: Limiter
  readonly #names = new WeakMap<FastifyRequest, string>()

  /** @param triesPerAddress In five minutes. */
  constructor(server: FastifyInstance, triesPerAddress: number) {
    const addressOf = (request: FastifyRequest) => request.socket.remoteAddress ?? ''
    this.#requests = server.createRateLimit({
      max: triesPerAddress * requestsATry,
      timeWindow: minuteMs,
      keyGenerator: addressOf,
    })
    this.#address = server.createRateLimit({
      max: triesPerAddress,
      timeWindow: triesWithinMs,
      keyGenerator: addressOf,
    })
    this.#name = server.createRateLimit({
      max: triesPerName,
      timeWindow: triesWithinMs,
      keyGenerator: (request) => this.#names.get(request) ?? '',
    })
  }

  /** @throws {PortalRefusal} `too_many_requests` */
  async request(request: FastifyRequest): Promise<void> {
    await count(this.#requests, request)
  }

  /**
   * Counts a try to sign in, or to open an invitation.
   *
   * @throws {PortalRefusal} `too_many_requests`
   */
  async tried(request: FastifyRequest, username: string): Promise<void> {
    await count(this.#address, request)
    if (username === '') return
    this.#names.set(request, username.toLowerCase())
    await count(this.#name, request)
  }
}

async function count(limiter: Limiter, request: FastifyRequest): Promise<void> {
  const limit = await limiter(request)
  if (!limit.isAllowed && limit.isExceeded) throw new PortalRefusal('too_many_requests')
}
