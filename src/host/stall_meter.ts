const tickMs = 50
/** A shorter delay is jitter. */
const stallMs = 500
/** Data that arrived during a stall is read within this time after it. */
const drainMs = 2_000

/** How long data that is read now may have waited, because this process could not run. */
export interface Stalls {
  /** In whole milliseconds, at most. */
  readonly unreadMs: number
}

/** Of a process that always runs. */
export const noStalls: Stalls = { unreadMs: 0 }

/**
 * Measures when this process could not run: its machine was paused or overloaded, or its event loop was busy. Data
 * that arrives meanwhile is read later, and seems to have arrived only then.
 */
export class StallMeter implements Stalls {
  #tickedMs = performance.now()
  #stalledMs = 0
  #stall = { from: Number.NEGATIVE_INFINITY, to: Number.NEGATIVE_INFINITY }
  readonly #timer = setInterval(() => this.#tick(), tickMs).unref()

  /** Total time, in milliseconds, in which this process could not run. */
  get stalledMs(): number {
    return this.#stalledMs
  }

  /** It may take a while until all that has arrived during a stall is read. */
  get unreadMs(): number {
    const now = performance.now()
    const lateMs = now - this.#tickedMs - tickMs
    if (lateMs > stallMs) return Math.ceil(lateMs)
    const { from, to } = this.#stall
    return now < to + drainMs ? Math.ceil(now - from) : 0
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #tick(): void {
    const now = performance.now()
    const lateMs = now - this.#tickedMs - tickMs
    if (lateMs > stallMs) this.#stall = { from: this.#tickedMs, to: now }
    this.#stalledMs += Math.max(0, lateMs)
    this.#tickedMs = now
  }
}
