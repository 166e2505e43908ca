import type { TestContext } from 'node:test'
import { WakeUps } from '../../src/service/store/wake_ups.ts'

/** Counts the listeners that are added and removed in this process while a test runs. */
export class ListenerCount {
  added = 0
  #removed = 0

  constructor(t: TestContext) {
    const { listen, unlisten } = WakeUps.prototype
    const count = this
    t.mock.method(
      WakeUps.prototype,
      'listen',
      function (this: WakeUps, ...args: Parameters<typeof listen>) {
        count.added++
        listen.apply(this, args)
      },
    )
    t.mock.method(
      WakeUps.prototype,
      'unlisten',
      function (this: WakeUps, ...args: Parameters<typeof unlisten>) {
        count.#removed++
        unlisten.apply(this, args)
      },
    )
  }

  /** How many of the added ones are still there. */
  get left(): number {
    return this.added - this.#removed
  }
}
