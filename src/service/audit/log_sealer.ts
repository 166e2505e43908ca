import { sql } from 'kysely'
import type { Clock } from '../../host/clock.ts'
import { findLogKey } from '../store/log_key.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { countHours } from './authentication_hours.ts'
import { writeIds } from './id_ranges.ts'
import { holdChain, maxSealedLines, sealHash, writeChain } from './log_chain.ts'
import { type LogName, logNames } from './log_lines.ts'

/** A line as the sealer reads it; without `mac` if the line is missing. */
interface QueuedLine {
  readonly row_id: number
  readonly mac: string | null
  readonly timestamp: number | null
  readonly ikey?: string
  readonly factor?: string
  readonly result?: string
  readonly reason?: string
}

const maxSealsPerRound = 20
/** How long a message may wait for its provider; its line is chained with the result. */
const maxUnfinishedMs = 10 * 60_000

/**
 * Chains new lines in batches, a moment after they were written. Writers don't wait for each other: a
 * transaction that held the end of the chain until its commit would let sign-ins in one at a time.
 */
export class LogSealer {
  readonly #store: Store
  readonly #clock: Clock

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Chains at most 10,000 lines of each log; the next call continues. @returns How many. */
  async seal(): Promise<number> {
    let sealed = 0
    for (const log of logNames) {
      for (let seals = 0; seals < maxSealsPerRound; seals++) {
        const lines = await this.#sealBatch(log)
        sealed += lines
        if (lines < maxSealedLines) break
      }
    }
    return sealed
  }

  async #sealBatch(log: LogName): Promise<number> {
    // most rounds find nothing, and need no transaction
    if ((await this.#queued(log, 1, this.#store.db)).length === 0) return 0
    return await this.#store.transaction(async (db) => {
      const key = findLogKey(db)
      const chain = await holdChain(log, this.#store.node, key, db)
      const lines = await this.#queued(log, maxSealedLines, db)
      if (lines.length === 0) return 0
      const ids = lines.map(({ row_id }) => row_id)
      const seal = {
        seq: chain.headSeq + 1,
        ids: writeIds(ids),
        newest: lines.reduce((newest, { timestamp }) => Math.max(newest, timestamp ?? 0), 0),
      }
      const sealed = lines.map(({ row_id, mac }) => ({ id: row_id, mac: mac ?? '' }))
      const hash = sealHash(chain, chain.headHash, seal, sealed, key)
      await db
        .insertInto('log_seals')
        .values({ log, node: chain.node, ...seal, lines: lines.length, hash })
        .execute()
      await writeChain({ ...chain, headSeq: seal.seq, headHash: hash }, key, db)
      await db.deleteFrom('log_queue').where('log', '=', log).where('row_id', 'in', ids).execute()
      if (log === 'authentication_log') await countHours(lines.filter(isSignIn), db)
      return lines.length
    })
  }

  async #queued(log: LogName, limit: number, db: StoreDb): Promise<readonly QueuedLine[]> {
    const { dialect } = this.#store
    const counted =
      log === 'authentication_log' ? sql`, l.ikey, l.factor, l.result, l.reason` : sql``
    const finished =
      log === 'telephony_log'
        ? sql`and (l.id is null or l.result <> 'started'
            or l.timestamp < ${this.#clock.now() - maxUnfinishedMs})`
        : sql``
    // two nodes that chain at once take different lines
    const lock = dialect === 'postgres' && limit > 1 ? sql`for update of q skip locked` : sql``
    const { rows } = await sql<QueuedLine>`
      select q.row_id, l.mac, l.timestamp ${counted}
      from log_queue q left join ${sql.table(log)} l on l.id = q.row_id
      where q.log = ${log} ${finished}
      order by q.row_id limit ${limit} ${lock}`.execute(db)
    return rows
  }
}

function isSignIn(line: QueuedLine): line is QueuedLine & { readonly timestamp: number } {
  return line.timestamp !== null
}
