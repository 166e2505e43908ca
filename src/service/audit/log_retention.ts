import type { Clock } from '../../host/clock.ts'
import type { Store } from '../store/store.ts'

const logs = ['authentication_log', 'administrator_log', 'telephony_log'] as const
/** Rows per statement: a few milliseconds, so that sign-ins do not wait. */
const batchRows = 500
const maxBatchesPerRound = 10
const dayMs = 86_400_000

/** Deletes log entries that are older than `keep_days`, the oldest first, in small steps. */
export class LogRetention {
  readonly #store: Store
  readonly #keepDays: number
  readonly #clock: Clock

  /** @param keepDays 0 keeps everything. */
  constructor(store: Store, keepDays: number, clock: Clock) {
    this.#store = store
    this.#keepDays = keepDays
    this.#clock = clock
  }

  /**
   * Deletes at most 5,000 entries of each log; the next call continues.
   *
   * @returns How many entries were deleted.
   */
  async prune(): Promise<number> {
    if (this.#keepDays === 0) return 0
    const before = this.#clock.now() - this.#keepDays * dayMs
    let deleted = 0
    for (const log of logs) {
      for (let batch = 0; batch < maxBatchesPerRound; batch++) {
        const count = await this.#deleteBatch(log, before)
        deleted += count
        if (count < batchRows) break
      }
    }
    return deleted
  }

  async #deleteBatch(log: (typeof logs)[number], before: number): Promise<number> {
    const { db, dialect } = this.#store
    const { numDeletedRows } = await db
      .deleteFrom(log)
      .where('id', 'in', (select) =>
        select
          .selectFrom(log)
          .select('id')
          .where('timestamp', '<', before)
          .orderBy('timestamp')
          .limit(batchRows)
          // two nodes that prune at once take different rows
          .$if(dialect === 'postgres', (query) => query.forUpdate().skipLocked()),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  }
}
