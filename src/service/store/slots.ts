export interface SlotsOptions {
  readonly count: number
  readonly maxWaiting: number
  readonly maxWaitMs: number
  /**
   * Builds the error for a caller that can't wait, or has waited too long.
   *
   * @param queuedMs How long the first in the queue has waited.
   */
  readonly refuse: (reason: 'queue full' | 'waited too long', queuedMs: number) => Error
}

interface Waiting {
  readonly enter: () => void
  readonly since: number
  readonly timer: NodeJS.Timeout
}

/** A bounded number of slots with a bounded queue, first come, first served. */
export class Slots {
  readonly #options: SlotsOptions
  readonly #waiting = new Set<Waiting>()
  #taken = 0

  constructor(options: SlotsOptions) {
    this.#options = options
  }

  /** @throws What `refuse` makes. */
  async enter(): Promise<void> {
    const { count, maxWaiting, maxWaitMs, refuse } = this.#options
    if (this.#taken < count) {
      this.#taken++
      return
    }
    const since = performance.now()
    if (this.#waiting.size >= maxWaiting) {
      const [first] = this.#waiting
      throw refuse('queue full', since - (first?.since ?? since))
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const expire = () => {
      if (this.#waiting.delete(waiting)) reject(refuse('waited too long', maxWaitMs))
    }
    // after a stall of the event loop, pending answers are read first
    const timer = setTimeout(() => setImmediate(expire), maxWaitMs).unref()
    const waiting = { enter: resolve, since, timer }
    this.#waiting.add(waiting)
    await promise
  }

  /** Gives a slot to the next in the queue. */
  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#taken--
      return
    }
    this.#waiting.delete(next)
    clearTimeout(next.timer)
    next.enter()
  }
}
