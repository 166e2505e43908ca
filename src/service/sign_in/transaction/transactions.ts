import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Clock } from '../../../host/clock.ts'
import { loneExpires } from '../../../radius/index.ts'
import { matchesAny } from '../../store/any_of.ts'
import { Batched } from '../../store/batched.ts'
import type { Schema } from '../../store/schema.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import {
  awaitedRequests,
  type Caller,
  clocksApartMs,
  isOverdue,
  type Opening,
  type Outcome,
  type Transaction,
  type TransactionObserver,
  type Waiting,
} from './transaction.ts'
import { newRow, toTransaction } from './transaction_row.ts'
import { type Change, pollingFor, Waits } from './waits.ts'

/** How long a settled transaction stays readable for late polls. */
const readableMs = 10 * 60_000
/** Delay before a failed query is repeated. */
const retryMs = 1000
const maxAtOnce = 500

/**
 * The authentications in progress. Each settles exactly once, by one UPDATE that only applies while it
 * is waiting. A change on any node wakes those that wait for it.
 */
export class Transactions {
  readonly #store: Store
  readonly #clock: Clock
  readonly #waits: Waits
  readonly #observer: TransactionObserver | undefined
  readonly #reads = new Batched((txids: readonly string[]) => this.byTxids(txids), maxAtOnce)

  constructor(
    store: Store,
    clock: Clock,
    polling = pollingFor(store.dialect),
    observer?: TransactionObserver,
  ) {
    this.#store = store
    this.#clock = clock
    this.#observer = observer
    const changedSince = (moment: number) => this.#changedSince(moment)
    this.#waits = new Waits(store.wakeUps, clock, polling, changedSince)
  }

  /** Opens a waiting transaction. */
  async open(
    opening: Opening,
    waiting: Omit<Waiting, 'result'>,
    lifeSecs: number,
    db: StoreDb,
  ): Promise<void> {
    await this.#insert(opening, { ...waiting, result: 'waiting' }, lifeSecs, db)
    this.#observer?.opened(opening)
  }

  /** Stores a transaction that is settled already, for a caller that polls its txid. */
  async record(opening: Opening, outcome: Outcome, db: StoreDb): Promise<void> {
    await this.#insert(opening, outcome, 0, db)
  }

  /**
   * Settles a waiting transaction, and wakes those that wait for it after the commit.
   *
   * @param acceptedRequest The only request that an approval lets in, if several wait.
   * @returns Whether it was waiting: of several concurrent calls, one returns `true`.
   */
  async settle(
    txid: string,
    outcome: Outcome,
    db: StoreDb,
    acceptedRequest: string | null = null,
  ): Promise<boolean> {
    return (await this.settleAll([txid], outcome, db, { acceptedRequest })).length > 0
  }

  /**
   * Settles many in the same way, as `settle` does one.
   *
   * @param options.unlessJoined Leaves out those that a request has joined since they were found overdue.
   * @returns Those that were waiting.
   */
  async settleAll(
    txids: readonly string[],
    outcome: Outcome,
    db: StoreDb,
    {
      acceptedRequest = null,
      unlessJoined = false,
    }: { readonly acceptedRequest?: string | null; readonly unlessJoined?: boolean } = {},
  ): Promise<string[]> {
    const { result, status, status_msg } = outcome
    await this.#hold(txids, db)
    const now = this.#clock.now()
    const settled = await db
      .updateTable('transactions')
      // the code is no longer needed
      .set({
        ...{ result, status, status_msg, settled: now, changed: now, code: null },
        accepted_request: acceptedRequest,
      })
      .where(matchesAny(this.#store, 'txid', txids))
      .where('settled', 'is', null)
      .$if(unlessJoined, (query) =>
        query.where((or) => or.or([or('retry_timeout_ms', 'is', null), overdueAt(now)(or)])),
      )
      .returning(['txid', 'phone_id'])
      .execute()
    for (const row of settled) {
      this.#announce(row, db)
      this.#observer?.settled(row.txid, outcome)
    }
    return settled.map(({ txid }) => txid)
  }

  /**
   * Changes the status of a transaction that goes on waiting.
   *
   * @returns Whether it is still waiting.
   */
  async progress(txid: string, { status, status_msg }: Omit<Waiting, 'result'>): Promise<boolean> {
    const changed = await this.#store.db
      .updateTable('transactions')
      .set({ status, status_msg, changed: this.#clock.now() })
      .where('txid', '=', txid)
      .where('settled', 'is', null)
      .returning(['txid', 'phone_id'])
      .executeTakeFirst()
    if (changed === undefined) return false
    this.#announce(changed, this.#store.db)
    return true
  }

  /**
   * Changes a transaction that requests may join, and that goes on waiting. The new status wakes the
   * requests that have joined it.
   *
   * @returns Whether it is still waiting.
   */
  async changeRetries(
    txid: string,
    change: {
      readonly status?: string
      readonly expires?: number
      readonly retries_closed?: 1
      readonly approved?: number
    },
    db: StoreDb,
  ): Promise<boolean> {
    const changed = await db
      .updateTable('transactions')
      .set({ ...change, changed: this.#clock.now() })
      .where('txid', '=', txid)
      .where('settled', 'is', null)
      .returning(['txid', 'phone_id'])
      .executeTakeFirst()
    if (changed === undefined) return false
    this.#announce(changed, db)
    return true
  }

  /** Reads a waiting transaction, and locks it until the database transaction ends. */
  async lock(txid: string, db: StoreDb): Promise<Transaction | undefined> {
    const query = db
      .selectFrom('transactions')
      .selectAll()
      .where('txid', '=', txid)
      .where('settled', 'is', null)
    const isPostgres = this.#store.dialect === 'postgres'
    const row = await (isPostgres ? query.forUpdate() : query).executeTakeFirst()
    return row === undefined ? undefined : toTransaction(row)
  }

  /** Counts a wrong code. @returns How many there have been; 0 if it is no longer waiting. */
  async wrongCode(txid: string, db: StoreDb): Promise<number> {
    const row = await db
      .updateTable('transactions')
      .set((set) => ({ code_tries: set('code_tries', '+', 1) }))
      .where('txid', '=', txid)
      .where('settled', 'is', null)
      .returning('code_tries')
      .executeTakeFirst()
    return row?.code_tries ?? 0
  }

  /**
   * Counts a reply that it is still waiting, over all nodes.
   *
   * @returns How many there have been; 0 if it is no longer waiting.
   */
  async waitingReply(txid: string): Promise<number> {
    const row = await this.#store.db
      .updateTable('transactions')
      .set((set) => ({ waiting_replies: set('waiting_replies', '+', 1) }))
      .where('txid', '=', txid)
      .where('settled', 'is', null)
      .returning('waiting_replies')
      .executeTakeFirst()
    return row?.waiting_replies ?? 0
  }

  /** Those that wait for an answer from this phone, oldest first. */
  async waitingFor(phoneId: string, db: StoreDb): Promise<Transaction[]> {
    const rows = await db
      .selectFrom('transactions')
      .selectAll()
      .where('phone_id', '=', phoneId)
      .where('settled', 'is', null)
      .orderBy('opened')
      .execute()
    return this.#inTime(rows.map(toTransaction))
  }

  /** Those that wait for this user, with any factor, oldest first. */
  async waitingForUser(userId: string, db: StoreDb): Promise<Transaction[]> {
    return this.#inTime(await this.unsettledOfUser(userId, db))
  }

  /** As `waitingForUser`, with those that are overdue and not yet settled. */
  async unsettledOfUser(userId: string, db: StoreDb): Promise<Transaction[]> {
    const rows = await db
      .selectFrom('transactions')
      .selectAll()
      .where('user_id', '=', userId)
      .where('settled', 'is', null)
      .orderBy('opened')
      .execute()
    return rows.map(toTransaction)
  }

  /** Those of a user and an application that let nobody in, newest first. @param since When they ended. */
  async deniedSince(
    since: number,
    { userId, ikey }: { readonly userId: string; readonly ikey: string },
    db: StoreDb,
  ): Promise<Transaction[]> {
    const rows = await db
      .selectFrom('transactions')
      .selectAll()
      .where('user_id', '=', userId)
      .where('settled', '>=', since)
      .where('ikey', '=', ikey)
      .where('result', '=', 'deny')
      .orderBy('opened', 'desc')
      .execute()
    return rows.map(toTransaction)
  }

  /** The user's requests that repeat one of these. */
  async repeatsOf(
    userId: string,
    txids: readonly string[],
    db: StoreDb,
  ): Promise<{ readonly isSettled: boolean }[]> {
    const rows = await db
      .selectFrom('transactions')
      .select('settled')
      .where('user_id', '=', userId)
      .where(matchesAny(this.#store, 'repeat_of', txids))
      .execute()
    return rows.map(({ settled }) => ({ isSettled: settled !== null }))
  }

  /** In the order of `txids`. */
  async byTxids(txids: readonly string[]): Promise<(Transaction | undefined)[]> {
    const rows = await this.#store.db
      .selectFrom('transactions')
      .selectAll()
      .where(matchesAny(this.#store, 'txid', txids))
      .execute()
    const found = new Map(rows.map((row) => [row.txid, toTransaction(row)]))
    return txids.map((txid) => found.get(txid))
  }

  async byTxid(txid: string, db: StoreDb): Promise<Transaction | undefined> {
    const row = await db
      .selectFrom('transactions')
      .selectAll()
      .where('txid', '=', txid)
      .executeTakeFirst()
    return row === undefined ? undefined : toTransaction(row)
  }

  /** Whether a transaction was committed. */
  async exists(txid: string): Promise<boolean> {
    return (await this.byTxid(txid, this.#store.db)) !== undefined
  }

  /**
   * Waits until a transaction is settled or overdue, for `waitMs` at most.
   *
   * @returns `undefined` if there is none, or if the caller has hung up.
   */
  awaitOutcome(txid: string, waitMs: number, caller?: Caller): Promise<Transaction | undefined> {
    return this.#await(txid, waitMs, () => false, caller)
  }

  /** As `awaitOutcome`, but also returns when an approval waits for the request that it lets in. */
  awaitAnswer(txid: string, waitMs: number, caller?: Caller): Promise<Transaction | undefined> {
    return this.#await(txid, waitMs, ({ approved }) => approved !== null, caller)
  }

  /** As `awaitOutcome`, but also returns when its status differs from `seen`. */
  awaitChange(
    txid: string,
    seen: string,
    waitMs: number,
    caller?: Caller,
  ): Promise<Transaction | undefined> {
    return this.#await(txid, waitMs, ({ outcome }) => outcome.status !== seen, caller)
  }

  /** How many calls wait in this process. */
  get waitingCalls(): number {
    return this.#waits.count
  }

  /**
   * Calls `listener` when something is opened, changed or settled for a phone, on any node. Spurious
   * calls are possible.
   *
   * @returns A function that ends it.
   */
  watch(phoneId: string, listener: () => void): () => void {
    return this.#waits.watch(phoneId, listener)
  }

  /** Those that were not answered in time. */
  async overdue(): Promise<Transaction[]> {
    const now = this.#clock.now()
    const rows = await this.#store.db
      .selectFrom('transactions')
      .selectAll()
      .where('settled', 'is', null)
      .where(overdueAt(now))
      .execute()
    return rows.map(toTransaction)
  }

  /** Deletes settled transactions that are too old to be polled. */
  async prune(): Promise<void> {
    await this.#store.db
      .deleteFrom('transactions')
      .where('expires', '<', this.#clock.now() - readableMs)
      .where('settled', 'is not', null)
      .execute()
  }

  /** Ends all waits; each returns the current state. */
  close(): void {
    this.#waits.close()
  }

  /**
   * Thousands wait here at once, so nothing is kept between two queries.
   *
   * @param isEnd Whether to return although the transaction still waits.
   */
  async #await(
    txid: string,
    waitMs: number,
    isEnd: (transaction: Transaction) => boolean,
    caller: Caller | undefined,
  ): Promise<Transaction | undefined> {
    const wait = this.#waits.begin(txid, caller)
    try {
      let deadline = this.#clock.now() + waitMs
      let overAt = Number.NEGATIVE_INFINITY
      for (;;) {
        // read while listening, so that no change is missed
        const found = await this.#lookAt(txid, isEnd, overAt)
        if (found !== undefined && 'end' in found) return found.end
        const now = this.#clock.now()
        // a clock that was set back must not make the wait longer
        deadline = Math.min(deadline, now + waitMs)
        overAt = Math.min(deadline, found?.expires ?? overAt)
        if (this.#waits.closed || now >= overAt) return await this.#reads.ask(txid)
        await wait.until(found === undefined ? Math.min(overAt, now + retryMs) : overAt)
        if (caller?.destroyed === true) return undefined
      }
    } finally {
      this.#waits.end(wait)
    }
  }

  /** @returns `undefined` if the database is not available, which may change before `overAt`. */
  async #lookAt(
    txid: string,
    isEnd: (transaction: Transaction) => boolean,
    overAt: number,
  ): Promise<{ readonly end: Transaction | undefined } | { readonly expires: number } | undefined> {
    try {
      const transaction = await this.#reads.ask(txid)
      const now = this.#clock.now()
      const goesOn =
        transaction?.outcome.result === 'waiting' &&
        !isEnd(transaction) &&
        !isOverdue(transaction, now)
      return goesOn ? { expires: transaction.expires } : { end: transaction }
    } catch (error) {
      if (this.#clock.now() >= overAt) throw error
      return undefined
    }
  }

  /** What has changed on any node since a moment. */
  async #changedSince(moment: number): Promise<Change[]> {
    const rows = await this.#store.db
      .selectFrom('transactions')
      .select(['txid', 'phone_id', 'opened', 'changed', 'result', 'status'])
      .where('changed', '>=', moment)
      .execute()
    return rows.map(({ txid, phone_id: phoneId, opened, changed, result, status }) => ({
      txid,
      phoneId,
      state: `${changed} ${result} ${status}`,
      isNew: changed === opened && result === 'waiting',
    }))
  }

  #announce({ txid, phone_id }: { txid: string; phone_id: string | null }, db: StoreDb): void {
    this.#waits.announce({ txid, phoneId: phone_id }, db)
  }

  async #insert(
    opening: Opening,
    outcome: Outcome | Waiting,
    lifeSecs: number,
    db: StoreDb,
  ): Promise<void> {
    const opened = this.#clock.now()
    const lifeMs = lifeSecs * 1000
    const { retries: schedule = null, requested = opened } = opening
    const expires =
      schedule === null
        ? opened + lifeMs
        : loneExpires({ requested, ...awaitedRequests, schedule }, lifeMs)
    await db
      .insertInto('transactions')
      .values(newRow(opening, outcome, { opened, expires }))
      .execute()
    this.#waits.announce(opening, db)
  }

  /** Locks rows in one order on every node, so that two nodes that settle the same ones never deadlock. */
  async #hold(txids: readonly string[], db: StoreDb): Promise<void> {
    if (this.#store.dialect === 'sqlite' || txids.length === 1) return
    await db
      .selectFrom('transactions')
      .select('txid')
      .where(matchesAny(this.#store, 'txid', txids))
      .where('settled', 'is', null)
      .orderBy('txid')
      .forUpdate()
      .execute()
  }

  #inTime(waiting: readonly Transaction[]): Transaction[] {
    const now = this.#clock.now()
    return waiting.filter((transaction) => !isOverdue(transaction, now))
  }
}

/** As `isOverdue`, of a row that waits. */
function overdueAt(now: number) {
  return (or: ExpressionBuilder<Schema, 'transactions'>): Expression<SqlBool> =>
    or.or([or('expires', '<=', now), or('opened', '>', now + clocksApartMs)])
}
