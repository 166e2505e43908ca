import type { Clock } from '../../host/clock.ts'

/** Allows an event a limited number of times per span of time, and counts the suppressed ones. */
export class RateLimit {
  readonly #clock: Clock
  readonly #max: number
  readonly #spanMs: number
  #began = Number.NEGATIVE_INFINITY
  #allowed = 0
  #suppressed = 0

  constructor(clock: Clock, max: number, spanMs: number) {
    this.#clock = clock
    this.#max = max
    this.#spanMs = spanMs
  }

  /** @returns `undefined` if the event is suppressed, else the number suppressed since the last allowed one. */
  allow(): number | undefined {
    const now = this.#clock.now()
    // the system clock can be set back
    if (now - this.#began >= this.#spanMs || now < this.#began) {
      this.#began = now
      this.#allowed = 0
    }
    if (this.#allowed >= this.#max) {
      this.#suppressed++
      return undefined
    }
    this.#allowed++
    const suppressed = this.#suppressed
    this.#suppressed = 0
    return suppressed
  }
}
