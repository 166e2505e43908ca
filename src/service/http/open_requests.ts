import type { FastifyInstance } from 'fastify'

/**
 * Counts requests that have not been answered to their last octet. Node, when it closes a server,
 * takes a connection for idle as soon as its answer has been handed over, and cuts it off.
 */
export class OpenRequests {
  #count = 0
  #allAnswered: (() => void) | undefined

  constructor(server: FastifyInstance) {
    server.addHook('onRequest', (_request, reply, done) => {
      this.#count++
      reply.raw.once('close', () => {
        this.#count--
        if (this.#count === 0) this.#allAnswered?.()
      })
      done()
    })
  }

  /** Waits until all are answered, for `withinMs` at most. */
  async answered(withinMs: number): Promise<void> {
    if (this.#count === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#allAnswered = resolve
    const timer = setTimeout(resolve, withinMs)
    await promise
    clearTimeout(timer)
  }
}
