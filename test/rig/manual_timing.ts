import type { Timing } from '../../src/proxy/second_factor/shared_outcome.ts'

interface Timer {
  readonly at: number
  readonly action: () => void
}

/** A clock with timers, which only the test advances. */
export class ManualTiming implements Timing {
  #now = 1_000_000
  #timers: readonly Timer[] = []

  now(): number {
    return this.#now
  }

  after(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.#now + milliseconds, action }
    this.#timers = [...this.#timers, timer]
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Runs the timers that are due, each at its time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds
    for (;;) {
      const [next] = this.#timers.toSorted((one, other) => one.at - other.at)
      if (next === undefined || next.at > end) break
      this.#timers = this.#timers.filter((other) => other !== next)
      this.#now = next.at
      next.action()
    }
    this.#now = end
  }
}
