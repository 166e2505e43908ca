import type { Clock } from '../../host/clock.ts'

/** Lets something happen a bounded number of times in each span of time, and counts the rest. */
export class RateLimit {
  readonly #clock: Clock
  readonly #most: number
  readonly #spanMs: number
  #began = Number.NEGATIVE_INFINITY
  #allowed = 0
  #suppressed = 0

  constructor(clock: Clock, most: number, spanMs: number) {
    this.#clock = clock
    this.#most = most
    this.#spanMs = spanMs
  }

  /** @returns How often it was not allowed since it last was; `undefined` where it is not now. */
  allow(): number | undefined {
    const now = this.#clock.now()
    // also where the clock was set back
    if (now - this.#began >= this.#spanMs || now < this.#began) {
      this.#began = now
      this.#allowed = 0
    }
    if (this.#allowed >= this.#most) {
      this.#suppressed++
      return undefined
    }
    this.#allowed++
    const suppressed = this.#suppressed
    this.#suppressed = 0
    return suppressed
  }
}
