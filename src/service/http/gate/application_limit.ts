import type { Clock } from '../../../host/clock.ts'

interface Window {
  readonly began: number
  count: number
}

const windowMs = 60_000

/**
 * Counts the genuine requests of each application in windows of a minute, which begin with the
 * application's first request. Only authentic integration keys are counted, so the table stays small.
 */
export class ApplicationLimit {
  readonly #max: number
  readonly #clock: Clock
  readonly #windows = new Map<string, Window>()

  constructor(max: number, clock: Clock) {
    this.#max = max
    this.#clock = clock
  }

  /** Counts a request. @returns Milliseconds until the next window if it is beyond the limit, else 0. */
  add(ikey: string): number {
    const now = this.#clock.now()
    const open = this.#windows.get(ikey)
    // also after the clock was put back
    if (open === undefined || now - open.began >= windowMs || now < open.began) {
      this.#windows.set(ikey, { began: now, count: 1 })
      return 0
    }
    open.count++
    return open.count > this.#max ? open.began + windowMs - now : 0
  }
}
