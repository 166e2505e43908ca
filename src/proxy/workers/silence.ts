import type { ProcessTime } from './process_time.ts'

/**
 * How long a worker has sent nothing although it could have: without the time in which the proxy itself could
 * not run, and without the time in which the worker waited for a processor. On an overloaded machine a worker is
 * slow, and to kill it would lose its sign-ins and cost more than it gains.
 */
export class Silence {
  #ms = 0
  #before: ProcessTime | undefined

  get ms(): number {
    return this.#ms
  }

  /** The worker has sent something. */
  end(): void {
    this.#ms = 0
    this.#before = undefined
  }

  /**
   * Counts the time since the last call.
   *
   * @param elapsedMs Without the proxy's own stall.
   * @param now Of the worker's process; `undefined` if the system does not tell.
   */
  add(elapsedMs: number, now: ProcessTime | undefined): void {
    const before = this.#before
    this.#before = now
    if (now === undefined || before === undefined) {
      this.#ms += elapsedMs
      return
    }
    const waitedMs = now.waitedMs - before.waitedMs
    // the kernel counts a wait when it ends
    const starves = now.isRunnable && waitedMs === 0 && now.ranMs === before.ranMs
    if (!starves) this.#ms += Math.max(0, elapsedMs - waitedMs)
  }
}
