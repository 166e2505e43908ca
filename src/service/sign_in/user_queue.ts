import { busyError } from '../store/contention.ts'

export interface UserQueueLimits {
  /** Running at once, per user. */
  readonly atOnce: number
  /** Waiting, per user. */
  readonly waiting: number
  /** Waiting, in all. */
  readonly waitingInAll: number
  readonly maxWaitMs: number
}

/** Limits that all queues share; clients do not wait much longer for a reply. */
export const queueLimits = { waiting: 400, waitingInAll: 5000, maxWaitMs: 5000 } as const

interface Lane {
  running: number
  /** In order of arrival. */
  readonly waiting: Set<() => void>
}

/**
 * Limits how many requests for one user run at a time, before they take a database connection: a burst
 * for one user must not use up the connections that others need.
 */
export class UserQueue {
  readonly #limits: UserQueueLimits
  readonly #lanes = new Map<string, Lane>()
  #waiting = 0

  constructor(limits: UserQueueLimits) {
    this.#limits = limits
  }

  /** @throws {StoreError} `STORE_BUSY` if too many wait, or one waits too long. */
  async run<Result>(user: string, work: () => Promise<Result>): Promise<Result> {
    await this.#enter(user)
    try {
      return await work()
    } finally {
      this.#leave(user)
    }
  }

  async #enter(user: string): Promise<void> {
    const { atOnce, waiting, waitingInAll, maxWaitMs } = this.#limits
    const lane = this.#lanes.get(user) ?? { running: 0, waiting: new Set() }
    this.#lanes.set(user, lane)
    if (lane.running < atOnce) {
      lane.running++
      return
    }
    if (lane.waiting.size >= waiting || this.#waiting >= waitingInAll) {
      throw busyError('too many requests for one user')
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      lane.waiting.delete(resolve)
      reject(busyError('many requests for one user'))
    }, maxWaitMs)
    lane.waiting.add(resolve)
    this.#waiting++
    await promise.finally(() => {
      this.#waiting--
      clearTimeout(timer)
    })
  }

  /** Passes the turn to the next waiting request. */
  #leave(user: string): void {
    const lane = this.#lanes.get(user)
    if (lane === undefined) return
    const [next] = lane.waiting
    if (next !== undefined) {
      lane.waiting.delete(next)
      return next()
    }
    lane.running--
    if (lane.running === 0) this.#lanes.delete(user)
  }
}
