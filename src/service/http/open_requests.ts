import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { healthPath } from './operation_routes.ts'

/**
 * Counts requests that have not been answered to their last octet. Node, when it closes a server,
 * takes a connection for idle as soon as its answer has been handed over, and cuts it off.
 *
 * Who asks how something stands while the server stops gets no answer, and his connection ends once
 * nobody listens any more: he asks again, and waits for the next process. An answer at once would
 * have him ask in a circle, and use up the replies that he bears.
 */
export class OpenRequests {
  #count = 0
  #allAnswered: (() => void) | undefined
  #state: 'open' | 'stopping' | 'stopped' = 'open'
  readonly #late = new Set<Socket>()

  constructor(server: FastifyInstance) {
    server.addHook('onSend', (request, reply, _payload, done) => {
      // HTTP/2 has no such header, whoever has set it
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
      // it comes once: thousands wait for it, and `once` would cost each of them some more memory
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

  /** Nobody listens any more: ends the connections of those who have asked too late. */
  cutLate(): void {
    this.#state = 'stopped'
    for (const socket of this.#late) socket.destroy()
  }
}

/** Health checks are answered: a load balancer has to hear that the service stops. */
function isPoll({ method, routeOptions }: FastifyRequest): boolean {
  return method === 'GET' && routeOptions.url !== healthPath
}
