import { EventEmitter } from 'node:events'
import type { Clock } from '../../host/clock.ts'
import type { Store, StoreDb } from '../store/store.ts'

/** How an authentication ends, in the API's words. */
export interface Outcome {
  readonly result: 'allow' | 'deny'
  readonly status: string
  readonly status_msg: string
}

/** How one stands that somebody still has to answer. */
export interface Waiting {
  readonly result: 'waiting'
  /** `pushed`, `calling`, … */
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
  readonly outcome: Outcome | Waiting
}

/** What an authentication that nobody answered comes to. */
export const timedOut: Outcome = {
  result: 'deny',
  status: 'timeout',
  status_msg: 'Login timed out.',
}

/** Whether nobody has answered it in time. */
export function isOverdue({ outcome, expires }: Transaction, now: number): boolean {
  return outcome.result === 'waiting' && now >= expires
}

/** A settled one stays readable for those who ask late. */
const readableMs = 10 * 60_000
/** Another process may settle a transaction; this is how soon it is seen here at the latest. */
const lookEveryMs = 500

type Opening = Pick<Transaction, 'txid' | 'ikey' | 'userId' | 'factor'>

/**
 * The authentications under way. Each settles exactly once, whatever races: by one UPDATE that holds
 * only while it is waiting.
 */
export class Transactions {
  readonly #store: Store
  readonly #clock: Clock
  readonly #settled = new EventEmitter()
  #closed = false

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
    // each waiting call listens
    this.#settled.setMaxListeners(0)
  }

  /** Opens one that waits. */
  async open(opening: Opening, waiting: Omit<Waiting, 'result'>, lifeSecs: number): Promise<void> {
    await this.#insert(opening, { ...waiting, result: 'waiting' }, lifeSecs, this.#store.db)
  }

  /** Opens one that is settled already, for a caller that will ask by its txid. */
  async record(opening: Opening, outcome: Outcome, db: StoreDb): Promise<void> {
    await this.#insert(opening, outcome, 0, db)
  }

  /**
   * @returns Whether it was waiting: of all who settle, one is told `true`. Then `announce` it, once
   *   that is committed.
   */
  async settle(txid: string, outcome: Outcome, db: StoreDb): Promise<boolean> {
    const { result, status, status_msg } = outcome
    const { numUpdatedRows } = await db
      .updateTable('transactions')
      .set({ result, status, status_msg, settled: this.#clock.now() })
      .where('txid', '=', txid)
      .where('settled', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Wakes those who wait for it in this process. */
  announce(txid: string): void {
    this.#settled.emit(txid)
  }

  async byTxid(txid: string, db: StoreDb = this.#store.db): Promise<Transaction | undefined> {
    const row = await db
      .selectFrom('transactions')
      .selectAll()
      .where('txid', '=', txid)
      .executeTakeFirst()
    return row === undefined ? undefined : transactionOf(row)
  }

  /** Waits until a transaction is settled or overdue, for `waitMs` at most. */
  async awaitOutcome(txid: string, waitMs: number): Promise<Transaction | undefined> {
    const deadline = this.#clock.now() + waitMs
    for (;;) {
      const woken = this.#wakeUp(txid)
      try {
        // read with the listener in its place: what settles meanwhile is not missed
        const transaction = await this.byTxid(txid)
        if (transaction === undefined || transaction.outcome.result !== 'waiting') {
          return transaction
        }
        const now = this.#clock.now()
        if (this.#closed || now >= deadline || now >= transaction.expires) return transaction
        await woken.within(Math.min(lookEveryMs, deadline - now, transaction.expires - now))
      } finally {
        woken.cancel()
      }
    }
  }

  /** Those that nobody has answered in time. */
  async overdue(): Promise<Transaction[]> {
    const rows = await this.#store.db
      .selectFrom('transactions')
      .selectAll()
      .where('settled', 'is', null)
      .where('expires', '<=', this.#clock.now())
      .execute()
    return rows.map(transactionOf)
  }

  /** Forgets what nobody asks for any more. */
  async prune(): Promise<void> {
    await this.#store.db
      .deleteFrom('transactions')
      .where('expires', '<', this.#clock.now() - readableMs)
      .where('settled', 'is not', null)
      .execute()
  }

  /** Whoever waits is told how it stands, and nobody waits any more. */
  close(): void {
    this.#closed = true
    for (const txid of this.#settled.eventNames()) this.#settled.emit(txid)
  }

  #wakeUp(txid: string): { within: (ms: number) => Promise<void>; cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>()
    let timer: NodeJS.Timeout | undefined
    this.#settled.on(txid, resolve)
    return {
      within: (ms) => {
        timer = setTimeout(resolve, ms)
        return promise
      },
      cancel: () => {
        clearTimeout(timer)
        this.#settled.off(txid, resolve)
      },
    }
  }

  async #insert(
    { txid, ikey, userId, factor }: Opening,
    { result, status, status_msg }: Outcome | Waiting,
    lifeSecs: number,
    db: StoreDb,
  ): Promise<void> {
    const opened = this.#clock.now()
    const expires = opened + lifeSecs * 1000
    const settled = result === 'waiting' ? null : opened
    await db
      .insertInto('transactions')
      .values({
        txid,
        ikey,
        user_id: userId,
        factor,
        result,
        status,
        status_msg,
        opened,
        expires,
        settled,
      })
      .execute()
  }
}

function transactionOf(row: {
  readonly txid: string
  readonly ikey: string
  readonly user_id: string | null
  readonly factor: string
  readonly result: string
  readonly status: string
  readonly status_msg: string
  readonly expires: number
}): Transaction {
  const { txid, ikey, user_id: userId, factor, result, status, status_msg, expires } = row
  return {
    txid,
    ikey,
    userId,
    factor,
    expires,
    // what nobody here has written must not let anyone in
    outcome: {
      result: result === 'allow' || result === 'waiting' ? result : 'deny',
      status,
      status_msg,
    },
  }
}
