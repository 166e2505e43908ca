import { setImmediate } from 'node:timers/promises'
import type { Timing } from '../../src/workspaces/directory/timing.ts'

interface Timer {
  readonly at: number
  readonly action: () => void
}

/** Turns of the event loop in which sockets on loopback deliver whatever was sent. */
const idleTurns = 40

/**
 * Time that jumps to the next timer as soon as nothing else happens, so that timeouts of minutes take milliseconds, and
 * always the same ones. Only for peers in this process that answer at once or never.
 */
export class VirtualTiming implements Timing {
  #now = Date.UTC(2026, 0, 1)
  #timers: Timer[] = []
  #isRunning = false

  now(): number {
    return this.#now
  }

  after(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.#now + milliseconds, action }
    this.#timers.push(timer)
    if (!this.#isRunning) void this.#run()
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#timers.length > 0) {
      for (let turn = 0; turn < idleTurns; turn++) await setImmediate()
      const [next] = this.#timers.sort((one, other) => one.at - other.at)
      if (next === undefined) break
      this.#timers = this.#timers.slice(1)
      this.#now = Math.max(this.#now, next.at)
      next.action()
    }
    this.#isRunning = false
  }
}
