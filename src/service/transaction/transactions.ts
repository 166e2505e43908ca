import type { Clock } from '../../host/clock.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { type Change, lookOf, Waits } from './waits.ts'

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

/** What whoever is asked is shown of a sign-in. */
export interface SignInRequest {
  /** The application's name. */
  readonly application: string
  readonly username: string
  /** As the client sent them, which may be anything; empty where it sent none. */
  readonly ipaddr: string
  readonly hostname: string
  /** `type` of the API: what is asked for, where it is not a login. */
  readonly type?: string | undefined
  /** `display_username` of the API. */
  readonly displayUsername?: string | undefined
  /** `pushinfo` of the API: what the application wants to be shown. */
  readonly pushinfo?: readonly (readonly [string, string])[] | undefined
}

/**
 * A code that proves that whoever answers sees the sign-in: `enter`, it is shown at the login and
 * typed into the app; `show`, the app shows it and it is typed at the login.
 */
export interface Verification {
  readonly kind: 'enter' | 'show'
  readonly code: string
}

/** One authentication: waiting for somebody, or settled for good. */
export interface Transaction {
  readonly txid: string
  readonly ikey: string
  readonly userId: string | null
  readonly factor: string
  /** The phone that is asked; `null` where none is. */
  readonly phoneId: string | null
  readonly request: SignInRequest
  readonly verification: Verification | undefined
  readonly opened: number
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

export type Opening = Pick<
  Transaction,
  'txid' | 'ikey' | 'userId' | 'factor' | 'phoneId' | 'request' | 'verification'
>

/**
 * The authentications under way. Each settles exactly once, whatever races: by one UPDATE that holds
 * only while it is waiting. Whoever waits for a change is woken by it, wherever it was made.
 */
export class Transactions {
  readonly #store: Store
  readonly #clock: Clock
  readonly #waits: Waits

  constructor(store: Store, clock: Clock, look = lookOf(store.dialect)) {
    this.#store = store
    this.#clock = clock
    const changedSince = (moment: number) => this.#changedSince(moment)
    this.#waits = new Waits({ wakeUps: store.wakeUps, clock, look, changedSince })
  }

  /** Opens one that waits. */
  async open(
    opening: Opening,
    waiting: Omit<Waiting, 'result'>,
    lifeSecs: number,
    db: StoreDb = this.#store.db,
  ): Promise<void> {
    await this.#insert(opening, { ...waiting, result: 'waiting' }, lifeSecs, db)
  }

  /** Opens one that is settled already, for a caller that will ask by its txid. */
  async record(opening: Opening, outcome: Outcome, db: StoreDb): Promise<void> {
    await this.#insert(opening, outcome, 0, db)
  }

  /**
   * Wakes those who wait for it, once that is committed.
   *
   * @returns Whether it was waiting: of all who settle, one is told `true`.
   */
  async settle(txid: string, outcome: Outcome, db: StoreDb): Promise<boolean> {
    const { result, status, status_msg } = outcome
    const settled = await db
      .updateTable('transactions')
      .set({
        result,
        status,
        status_msg,
        settled: this.#clock.now(),
        changed: this.#clock.now(),
        // nobody needs it any more
        code: null,
      })
      .where('txid', '=', txid)
      .where('settled', 'is', null)
      .returning(['txid', 'phone_id'])
      .executeTakeFirst()
    if (settled === undefined) return false
    this.#announce(settled, db)
    return true
  }

  /**
   * Tells those who wait how one stands that goes on waiting.
   *
   * @returns Whether it does.
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
    this.#announce(changed)
    return true
  }

  /** Counts a wrong code. @returns How many there have been; 0 where it does not wait any more. */
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
   * Counts a reply that says that it still waits, on whichever node it is given.
   *
   * @returns How many there have been; 0 where it does not wait any more.
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

  /** Those that wait for an answer of this phone, the oldest first. */
  async waitingFor(phoneId: string, db: StoreDb = this.#store.db): Promise<Transaction[]> {
    const rows = await db
      .selectFrom('transactions')
      .selectAll()
      .where('phone_id', '=', phoneId)
      .where('settled', 'is', null)
      .where('expires', '>', this.#clock.now())
      .orderBy('opened')
      .execute()
    return rows.map(transactionOf)
  }

  /** Those that wait for this user, whichever way. */
  async waitingForUser(userId: string, db: StoreDb = this.#store.db): Promise<Transaction[]> {
    const rows = await db
      .selectFrom('transactions')
      .selectAll()
      .where('user_id', '=', userId)
      .where('settled', 'is', null)
      .where('expires', '>', this.#clock.now())
      .orderBy('opened')
      .execute()
    return rows.map(transactionOf)
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
    return await this.#await(txid, waitMs, () => true)
  }

  /** Waits until its status is another than `seen`, or it is overdue, for `waitMs` at most. */
  async awaitChange(txid: string, seen: string, waitMs: number): Promise<Transaction | undefined> {
    return await this.#await(txid, waitMs, ({ outcome }) => outcome.status === seen)
  }

  /**
   * Listens to what is opened, changed or settled for a phone, on any node. It may be called for
   * nothing, too.
   *
   * @returns What ends it.
   */
  watch(phoneId: string, listener: () => void): () => void {
    return this.#waits.watch(phoneId, listener)
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
    this.#waits.close()
  }

  /** @param goesOn Whether one that is still waiting is to be waited for. */
  async #await(
    txid: string,
    waitMs: number,
    goesOn: (transaction: Transaction) => boolean,
  ): Promise<Transaction | undefined> {
    const deadline = this.#clock.now() + waitMs
    const wait = this.#waits.begin(txid)
    try {
      for (;;) {
        // read while it listens: what changes meanwhile is not missed
        const transaction = await this.byTxid(txid)
        if (transaction?.outcome.result !== 'waiting' || !goesOn(transaction)) return transaction
        const until = Math.min(deadline, transaction.expires)
        if (this.#waits.closed || this.#clock.now() >= until) return transaction
        await wait.until(until)
      }
    } finally {
      wait.end()
    }
  }

  /** What has been changed, on whichever node, since a moment. */
  async #changedSince(moment: number): Promise<Change[]> {
    const rows = await this.#store.db
      .selectFrom('transactions')
      .select(['txid', 'phone_id', 'changed', 'result', 'status'])
      .where('changed', '>=', moment)
      .execute()
    return rows.map(({ txid, phone_id: phoneId, changed, result, status }) => ({
      txid,
      phoneId,
      state: `${changed} ${result} ${status}`,
    }))
  }

  #announce({ txid, phone_id }: { txid: string; phone_id: string | null }, db?: StoreDb): void {
    this.#waits.announce({ txid, phoneId: phone_id }, db)
  }

  async #insert(
    opening: Opening,
    { result, status, status_msg }: Outcome | Waiting,
    lifeSecs: number,
    db: StoreDb,
  ): Promise<void> {
    const { txid, ikey, userId, factor, phoneId, request, verification } = opening
    const { application, username, ipaddr, hostname, ...details } = request
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
        phone_id: phoneId,
        application,
        username,
        ipaddr,
        hostname,
        details: JSON.stringify(details),
        code_kind: verification?.kind ?? null,
        code: verification?.code ?? null,
        code_tries: 0,
        waiting_replies: 0,
        changed: opened,
      })
      .execute()
    this.#waits.announce({ txid, phoneId }, db)
  }
}

interface TransactionRow {
  readonly txid: string
  readonly ikey: string
  readonly user_id: string | null
  readonly factor: string
  readonly result: string
  readonly status: string
  readonly status_msg: string
  readonly opened: number
  readonly expires: number
  readonly phone_id: string | null
  readonly application: string
  readonly username: string
  readonly ipaddr: string
  readonly hostname: string
  readonly details: string
  readonly code_kind: string | null
  readonly code: string | null
}

function transactionOf(row: TransactionRow): Transaction {
  const { result, status, status_msg } = row
  return {
    txid: row.txid,
    ikey: row.ikey,
    userId: row.user_id,
    factor: row.factor,
    phoneId: row.phone_id,
    request: {
      application: row.application,
      username: row.username,
      ipaddr: row.ipaddr,
      hostname: row.hostname,
      ...detailsOf(row.details),
    },
    verification:
      row.code === null
        ? undefined
        : { kind: row.code_kind === 'enter' ? 'enter' : 'show', code: row.code },
    opened: row.opened,
    expires: row.expires,
    // what nobody here has written must not let anyone in
    outcome: {
      result: result === 'allow' || result === 'waiting' ? result : 'deny',
      status,
      status_msg,
    },
  }
}

type Details = Pick<SignInRequest, 'type' | 'displayUsername' | 'pushinfo'>

function detailsOf(json: string): Details {
  if (json === '') return {}
  const details: Details = JSON.parse(json)
  return details
}
