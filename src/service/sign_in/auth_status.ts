import type { Clock } from '../../host/clock.ts'
import type { StoreDb } from '../store/store.ts'
import type { WaitingRequest } from './auth.ts'
import type { Settlement } from './settlement.ts'
import type { Timeouts } from './timeouts.ts'
import { ReportedStatuses } from './transaction/reported_statuses.ts'
import {
  answerSecs,
  type Caller,
  isOverdue,
  type Outcome,
  outcomeFor,
  type Transaction,
  timedOut,
  type Waiting,
} from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

/** How long a poll is held while nothing changes. */
const pollMs = 30_000
/**
 * Every release of Duo Unix up to 2.2.3 polls twenty times and then LETS THE USER IN if no reply was
 * final. A push lives for a minute and a poll is held for half of that, so that an ordinary client
 * gets three or four replies. This bound also holds if the status keeps changing, if nodes restart,
 * and if a client polls several nodes in turn.
 */
const maxWaitingReplies = 14

/** The outcome of sign-ins that wait for an answer: for callers that wait, and for those that poll. */
export class AuthStatus {
  readonly #db: StoreDb
  readonly #transactions: Transactions
  readonly #timeouts: Timeouts
  readonly #settlement: Settlement
  readonly #clock: Clock
  readonly #reported = new ReportedStatuses()

  constructor(
    db: StoreDb,
    transactions: Transactions,
    timeouts: Timeouts,
    settlement: Settlement,
    clock: Clock,
  ) {
    this.#db = db
    this.#transactions = transactions
    this.#timeouts = timeouts
    this.#settlement = settlement
    this.#clock = clock
  }

  /** Waits for the outcome of a transaction that `auth` left waiting, within the answer time. */
  async awaitOutcome(txid: string, caller?: Caller, requestId?: string): Promise<Outcome> {
    const waitMs = answerSecs * 1000
    const transaction = await this.#transactions.awaitOutcome(txid, waitMs, caller)
    // the caller has hung up, but the user may still answer: leave the transaction waiting
    if (transaction === undefined || caller?.destroyed === true) return timedOut
    if (transaction.outcome.result !== 'waiting') return outcomeFor(transaction, requestId)
    // a later request of the same login may still wait for it
    if (transaction.retries !== null && !isOverdue(transaction, this.#clock.now())) return timedOut
    // also while the service stops: no caller waits for the answer any more
    return await this.#end(transaction, requestId)
  }

  /**
   * As `awaitOutcome`, for one of the RADIUS requests that wait for the transaction.
   *
   * @param again Begins the sign-in anew, if another request competes with this one.
   */
  async awaitAnswer<Again>(
    { txid, request }: { readonly txid: string; readonly request?: WaitingRequest },
    again: () => Promise<Again>,
    caller?: Caller,
  ): Promise<Outcome | Again> {
    if (request === undefined) return await this.awaitOutcome(txid, caller)
    const { requestId, slot } = request
    if (slot === 0) {
      const outcome = await this.awaitOutcome(txid, caller, requestId)
      return (await this.#isSeparated(outcome, requestId, txid)) ? await again() : outcome
    }
    const deadline = this.#clock.now() + answerSecs * 1000
    let woken = true
    for (;;) {
      const transaction = await this.#transactions.byTxid(txid, this.#db)
      if (await this.#settlement.isDetached(requestId, txid)) return await again()
      if (transaction === undefined || caller?.destroyed === true) return timedOut
      if (transaction.outcome.result !== 'waiting') return outcomeFor(transaction, requestId)
      const now = this.#clock.now()
      if (isOverdue(transaction, now)) return await this.#end(transaction, requestId)
      if (now >= deadline || !woken) return timedOut
      if (transaction.approved !== null) {
        // the node that took the approval may have stopped
        await this.#settlement.resume(txid)
        woken = false
        continue
      }
      const { status } = transaction.outcome
      const changed = await this.#transactions.awaitChange(txid, status, deadline - now, caller)
      // unchanged and in time: the service stops
      woken = changed?.outcome.status !== status || isOverdue(changed, this.#clock.now())
    }
  }

  /** Whether the first request of a transaction was not decided, because it was not alone in it. */
  async #isSeparated({ result }: Outcome, requestId: string, txid: string): Promise<boolean> {
    if (result === 'allow') return false
    const transaction = await this.#transactions.byTxid(txid, this.#db)
    return (
      transaction?.retriesClosed === true && (await this.#settlement.isDetached(requestId, txid))
    )
  }

  async #end(transaction: Transaction, requestId: string | undefined): Promise<Outcome> {
    const outcome = await this.#timeouts.end(transaction)
    if (outcome.result !== 'allow') return outcome
    // it was settled meanwhile
    const settled = await this.#transactions.byTxid(transaction.txid, this.#db)
    return settled === undefined ? timedOut : outcomeFor(settled, requestId)
  }

  /**
   * Answers a poll: the first one at once, later ones as soon as the status changes or after half a
   * minute.
   *
   * @param options.isPolled The client takes nothing but `allow` for success, so its replies need no bound.
   * @returns `undefined` if this application has no such transaction.
   */
  async poll(
    txid: string,
    ikey: string,
    caller?: Caller,
    { isPolled = false }: { readonly isPolled?: boolean } = {},
  ): Promise<Outcome | Waiting | undefined> {
    let transaction = await this.#transactions.byTxid(txid, this.#db)
    if (transaction === undefined || transaction.ikey !== ikey) return undefined
    if (this.#reported.has(transaction)) {
      const { status } = transaction.outcome
      const changed = await this.#transactions.awaitChange(txid, status, pollMs, caller)
      transaction = changed ?? transaction
      // the caller gets no reply, so none is counted
      if (caller?.destroyed === true) return transaction.outcome
    }
    if (isOverdue(transaction, this.#clock.now())) return await this.#end(transaction, undefined)
    const { outcome } = transaction
    if (outcome.result !== 'waiting') {
      this.#reported.remove(txid)
      return outcomeFor(transaction, undefined)
    }
    if (isPolled) {
      this.#reported.add(transaction)
      return outcome
    }
    const replies = await this.#transactions.waitingReply(txid)
    // settled meanwhile, or polled too often: in both cases this reply is final
    if (replies === 0 || replies > maxWaitingReplies) return await this.#end(transaction, undefined)
    this.#reported.add(transaction)
    return outcome
  }

  /** Removes the statuses of transactions that can't be polled any more. */
  prune(): void {
    this.#reported.prune(this.#clock.now())
  }
}
