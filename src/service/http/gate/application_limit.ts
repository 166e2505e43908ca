import type { Clock } from '../../../host/clock.ts'

interface Window {
  readonly began: number
  count: number
}

const windowMs = 60_000

/**
 * Counts the authentic requests of each application per minute. A window begins with the application's
 * first request. Only existing integration keys are counted, so the table stays small.
 */
export class ApplicationLimit {
  readonly #max: number
  readonly #clock: Clock
  readonly #windows = new Map<string, Window>()

  constructor(max: number, clock: Clock) {
    this.#max = max
    this.#clock = clock
  }

  /** Counts a request. @returns Milliseconds until the next window if the limit is exceeded, else 0. */
  add(ikey: string): number {
    const now = this.#clock.now()
    const open = this.#windows.get(ikey)
    // the clock may have been set back
    if (open === undefined || now - open.began >= windowMs || now < open.began) {
      this.#windows.set(ikey, { began: now, count: 1 })
      return 0
    }
    open.count++
    return open.count > this.#max ? open.began + windowMs - now : 0
  }
}
