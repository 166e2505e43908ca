import type { TestContext } from 'node:test'

/** Counts the timers of one length that are started while a test runs. They fire as usual. */
export class TimerWatch {
  #started = 0
  #fired = 0

  constructor(t: TestContext, milliseconds: number) {
    const { setTimeout } = globalThis
    t.mock.method(globalThis, 'setTimeout', (callback: () => void, ms?: number) => {
      if (ms !== milliseconds) return setTimeout(callback, ms)
      this.#started++
      return setTimeout(() => {
        this.#fired++
        callback()
      }, ms)
    })
  }

  /** @returns How many timers were started and how many of them fired during `work`. */
  async during(work: () => Promise<unknown>): Promise<{ started: number; fired: number }> {
    const before = [this.#started, this.#fired] as const
    await work()
    return { started: this.#started - before[0], fired: this.#fired - before[1] }
  }
}
