import type { Clock } from '../../host/clock.ts'
import { findLogKey } from '../store/log_key.ts'
import { writeSetting } from '../store/settings.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { deleteHours } from './authentication_hours.ts'
import { readIds } from './id_ranges.ts'
import {
  type Chain,
  holdChain,
  maxSealedLines,
  readChains,
  readSeals,
  writeChain,
} from './log_chain.ts'
import { type LogName, logNames } from './log_lines.ts'

/** Rows per statement: a few milliseconds, so that sign-ins do not wait. */
const batchRows = 500
const maxBatchesPerRound = 10
const dayMs = 86_400_000
const cleanUpSetting = 'log_clean_up'

/** How long entries are kept, read at each round. */
export interface Retention {
  /** 0 keeps everything. */
  readonly logKeepDays: number
}

/**
 * Deletes log entries that are older than `logKeepDays`, the oldest first, in small steps. The lines of a
 * chain are deleted in whole seals from its beginning, so that the rest can still be verified.
 */
export class LogRetention {
  readonly #store: Store
  readonly #retention: Retention
  readonly #clock: Clock

  constructor(store: Store, retention: Retention, clock: Clock) {
    this.#store = store
    this.#retention = retention
    this.#clock = clock
  }

  /**
   * Deletes at most 5,000 entries of each log; the next call continues.
   *
   * @returns How many entries were deleted.
   */
  async prune(): Promise<number> {
    const { logKeepDays } = this.#retention
    if (logKeepDays === 0) return 0
    const before = this.#clock.now() - logKeepDays * dayMs
    let deleted = 0
    for (const log of logNames) deleted += await this.#pruneLog(log, before)
    if (deleted > 0) await this.#noteCleanUp(deleted)
    return deleted
  }

  async #pruneLog(log: LogName, before: number): Promise<number> {
    const { db } = this.#store
    let deleted = 0
    let batches = 0
    for (const { chain, isAuthentic } of await readChains(log, findLogKey(db), db)) {
      // a chain that was tampered with stays as evidence
      if (!isAuthentic) continue
      while (batches < maxBatchesPerRound) {
        const count = await this.#store.transaction((tx) => this.#pruneSeals(chain, before, tx))
        if (count === 0) break
        batches++
        deleted += count
      }
    }
    while (batches < maxBatchesPerRound) {
      const count = await this.#deleteUnchained(log, before)
      if (count === 0) break
      batches++
      deleted += count
    }
    if (log === 'authentication_log') await deleteHours(before, db)
    return deleted
  }

  /** Deletes the oldest seals of a chain with their lines, and moves its beginning. */
  async #pruneSeals({ log, node }: Chain, before: number, db: StoreDb): Promise<number> {
    const [oldest] = await readSeals({ log, node }, 0, 1, db)
    if (oldest === undefined || oldest.newest >= before) return 0
    const key = findLogKey(db)
    const chain = await holdChain(log, node, key, db)
    const ids: number[] = []
    let { baseSeq: seq, baseHash: hash } = chain
    for (const seal of await readSeals(chain, seq, batchRows, db)) {
      const sealed = readIds(seal.ids, maxSealedLines)
      const isNext = seal.seq === seq + 1 && seal.newest < before && sealed !== undefined
      if (!isNext || (ids.length > 0 && ids.length + sealed.length > batchRows)) break
      ids.push(...sealed)
      seq = seal.seq
      hash = seal.hash
    }
    if (seq === chain.baseSeq) return 0
    await db.deleteFrom(log).where('id', 'in', ids).execute()
    await db
      .deleteFrom('log_seals')
      .where('log', '=', log)
      .where('node', '=', node)
      .where('seq', '<=', seq)
      .execute()
    await writeChain({ ...chain, baseSeq: seq, baseHash: hash }, key, db)
    return ids.length
  }

  /** Deletes lines from before the logs were chained. */
  async #deleteUnchained(log: LogName, before: number): Promise<number> {
    const { db, dialect } = this.#store
    const { numDeletedRows } = await db
      .deleteFrom(log)
      .where('id', 'in', (select) =>
        select
          .selectFrom(log)
          .select('id')
          .where('timestamp', '<', before)
          .where('id', '<=', findLogKey(db).unchained[log] ?? 0)
          .orderBy('timestamp')
          .limit(batchRows)
          // two nodes that prune at once take different rows
          .$if(dialect === 'postgres', (query) => query.forUpdate().skipLocked()),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  }

  async #noteCleanUp(lines: number): Promise<void> {
    const note = JSON.stringify({ time: this.#clock.now(), lines })
    await writeSetting(cleanUpSetting, note, this.#store.db)
  }
}
