import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { healthPath } from './operation_routes.ts'

/** GET requests that are also answered during shutdown. */
const answeredToTheEnd: readonly (string | undefined)[] = [
  // tells load balancers that the service is stopping
  healthPath,
  // proxies take a failure as evidence of an outage, and may let users in
  '/auth/v2/check',
  '/auth/v2/ping',
]

/**
 * Counts requests whose answers are not completely sent. When Node closes a server, it treats a connection
 * as idle as soon as the answer was handed over, and cuts it off.
 *
 * GET requests that arrive during shutdown are not answered. Their connections are closed once the port is
 * closed, so that clients retry with the next process. Answering would make clients poll in a tight loop,
 * and use up the waiting replies that they accept.
 */
export class OpenRequests {
  #count = 0
  #allAnswered: (() => void) | undefined
  #state: 'open' | 'stopping' | 'stopped' = 'open'
  readonly #late = new Set<Socket>()

  constructor(server: FastifyInstance) {
    server.addHook('onSend', (request, reply, _payload, done) => {
      // HTTP/2 has no such header
      if (request.raw.httpVersionMajor > 1) reply.removeHeader('connection')
      else if (this.#state !== 'open') reply.header('connection', 'close')
      done()
    })
    server.addHook('onRequest', (request, reply, done) => {
      if (this.#state !== 'open' && isPoll(request)) {
        reply.hijack()
        if (this.#state === 'stopped') request.raw.socket.destroy()
        else this.#late.add(request.raw.socket)
        return
      }
      this.#count++
      // not `once`, which costs more memory for each of thousands of waiting calls
      reply.raw.on('close', () => {
        this.#count--
        if (this.#count === 0) this.#allAnswered?.()
      })
      done()
    })
  }

  /** Waits until all are answered, for `withinMs` at most. */
  async answered(withinMs: number): Promise<void> {
    this.#state = 'stopping'
    if (this.#count === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#allAnswered = resolve
    const timer = setTimeout(resolve, withinMs)
    await promise
    clearTimeout(timer)
  }

  /** Closes the connections of requests that came too late, once nothing listens any more. */
  cutLate(): void {
    this.#state = 'stopped'
    for (const socket of this.#late) socket.destroy()
  }
}

function isPoll({ method, routeOptions }: FastifyRequest): boolean {
  return method === 'GET' && !answeredToTheEnd.includes(routeOptions.url)
}
