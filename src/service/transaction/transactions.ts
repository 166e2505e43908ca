import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { Clock } from '../../host/clock.ts'
import type { Store, StoreDb } from '../store/store.ts'

/** How an authentication ends, in the API's words. */
export interface Outcome {
  readonly result: 'allow' | 'deny'
  readonly status: string
  readonly status_msg: string
}

/** One authentication: waiting for somebody, or settled for good. */
export interface Transaction {
  readonly txid: string
  readonly ikey: string
  readonly userId: string | null
  readonly factor: string
  readonly expires: number
  readonly outcome:
    | Outcome
    | { readonly result: 'waiting'; readonly status: string; readonly status_msg: string }
}

/** What an authentication that nobody answered comes to. */
export const timedOut: Outcome = {
  result: 'deny',
  status: 'timeout',
  status_msg: 'Login timed out.',
}

/** A settled one stays readable for those who ask late. */
const readableMs = 10 * 60_000
/** Another process may settle a transaction; this is how soon it is seen here at the latest. */
const lookEveryMs = 500

/**
 * The authentications under way. Each settles exactly once, whatever races: by one UPDATE that holds
 * only while it is waiting.
 */
export class Transactions {
  readonly #store: Store
  readonly #clock: Clock
  readonly #settled = new EventEmitter()

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
    // each waiting call listens
    this.#settled.setMaxListeners(0)
  }

  /** Opens one that waits. */
  async open(
    opening: {
      readonly ikey: string
      readonly userId: string | null
      readonly factor: string
      readonly lifeSecs: number
      readonly status: string
      readonly status_msg: string
    },
    db: StoreDb = this.#store.db,
  ): Promise<string> {
    return await this.#insert({ ...opening, result: 'waiting' }, null, db)
  }

  /** Opens one that is settled already, for a caller that will ask by its txid. */
  async record(
    opening: { readonly ikey: string; readonly userId: string | null; readonly factor: string },
    outcome: Outcome,
    db: StoreDb = this.#store.db,
  ): Promise<string> {
    return await this.#insert({ ...opening, ...outcome, lifeSecs: 0 }, this.#clock.now(), db)
  }

  /** @returns Whether it was waiting: of all who settle, one is told `true`. */
  async settle(txid: string, outcome: Outcome, db: StoreDb = this.#store.db): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('transactions')
      .set({ ...outcome, settled: this.#clock.now() })
      .where('txid', '=', txid)
      .where('settled', 'is', null)
      .executeTakeFirst()
    this.#settled.emit(txid)
    return numUpdatedRows === 1n
  }

  async byTxid(txid: string, db: StoreDb = this.#store.db): Promise<Transaction | undefined> {
    const row = await db
      .selectFrom('transactions')
      .selectAll()
      .where('txid', '=', txid)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const { result, status, status_msg } = row
    return {
      txid,
      ikey: row.ikey,
      userId: row.user_id,
      factor: row.factor,
      expires: row.expires,
      outcome:
        result === 'allow' || result === 'deny'
          ? { result, status, status_msg }
          : { result: 'waiting', status, status_msg },
    }
  }

  /**
   * Waits until a transaction is settled, or for `waitMs`; one whose time is over is settled as
   * timed out by whoever sees it first.
   */
  async awaitOutcome(txid: string, waitMs: number): Promise<Transaction | undefined> {
    const deadline = this.#clock.now() + waitMs
    for (;;) {
      const transaction = await this.byTxid(txid)
      if (transaction === undefined || transaction.outcome.result !== 'waiting') return transaction
      const now = this.#clock.now()
      if (now >= transaction.expires) {
        await this.settle(txid, timedOut)
        continue
      }
      if (now >= deadline) return transaction
      await this.#change(txid, Math.min(lookEveryMs, deadline - now, transaction.expires - now))
    }
  }

  /** Forgets what nobody asks for any more. */
  async prune(): Promise<void> {
    await this.#store.db
      .deleteFrom('transactions')
      .where('expires', '<', this.#clock.now() - readableMs)
      .execute()
  }

  #change(txid: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#settled.off(txid, done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#settled.on(txid, done)
    })
  }

  async #insert(
    opening: {
      readonly ikey: string
      readonly userId: string | null
      readonly factor: string
      readonly lifeSecs: number
      readonly result: string
      readonly status: string
      readonly status_msg: string
    },
    settled: number | null,
    db: StoreDb,
  ): Promise<string> {
    const { userId, lifeSecs, ...columns } = opening
    const txid = randomUUID()
    const opened = this.#clock.now()
    await db
      .insertInto('transactions')
      .values({
        ...columns,
        txid,
        user_id: userId,
        opened,
        expires: opened + lifeSecs * 1000,
        settled,
      })
      .execute()
    return txid
  }
}
