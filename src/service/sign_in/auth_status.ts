import { askAgainStatus } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { StoreDb } from '../store/store.ts'
import type { WaitingRequest } from './auth.ts'
import type { Settlement } from './settlement.ts'
import type { Timeouts } from './timeouts.ts'
import { ReportedStatuses } from './transaction/reported_statuses.ts'
import {
  answerSecs,
  type Caller,
  type Denial,
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
const maxNoteMs = 500
/** For a request that no longer waits for the sign-in that it had joined. */
const askAgain: Denial = { ...timedOut, result: 'deny', status: askAgainStatus }
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
    return await this.#outcomeOf(transaction, caller, requestId)
  }

  async #outcomeOf(
    transaction: Transaction | undefined,
    caller: Caller | undefined,
    requestId: string | undefined,
  ): Promise<Outcome> {
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
    const { requestId, listener } = request
    const ended = this.#settlement.waitsHere(requestId)
    let isAnswered = false
    const closed = () => {
      ended()
      if (isAnswered || listener === undefined) return
      void noteIfPossible(this.#settlement.hungUp({ requestId, listener }))
    }
    if (caller?.destroyed === true) closed()
    else caller?.on('close', closed)
    const answer = await this.#awaitAnswer(txid, request, caller).finally(() => {
      isAnswered = true
      ended()
    })
    if (answer === 'separated') return await again()
    if (listener !== undefined) await this.#noteDenial(requestId, answer)
    return answer
  }

  async #awaitAnswer(
    txid: string,
    { requestId, slot, listener }: WaitingRequest,
    caller: Caller | undefined,
  ): Promise<Outcome | 'separated'> {
    if (slot === 0 && (listener === undefined || listener === requestId)) {
      const waitMs = answerSecs * 1000
      const answered = await this.#transactions.awaitAnswer(txid, waitMs, caller)
      if (answered === undefined || answered.approved === null || this.#isOver(answered)) {
        const outcome = await this.#outcomeOf(answered, caller, requestId)
        return (await this.#isSeparated(outcome, requestId, txid)) ? 'separated' : outcome
      }
    }
    const deadline = this.#clock.now() + answerSecs * 1000
    let woken = true
    for (;;) {
      const transaction = await this.#transactions.byTxid(txid, this.#db)
      if (await this.#settlement.isDetached(requestId, txid)) return 'separated'
      if (transaction === undefined || caller?.destroyed === true) return timedOut
      if (transaction.outcome.result !== 'waiting') return outcomeFor(transaction, requestId)
      const now = this.#clock.now()
      if (isOverdue(transaction, now)) return await this.#end(transaction, requestId)
      if (now >= deadline || !woken) return timedOut
      if (transaction.approved !== null) {
        // this call applies the approval: the node that received it may have stopped
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

  /** A request that comes later is then known to be another login, and not a retry because no reply arrived. */
  async #noteDenial(requestId: string, { result, status }: Outcome): Promise<void> {
    if (result !== 'deny' || status === timedOut.status) return
    // a database that does not answer must not keep the client waiting
    const noted = noteIfPossible(this.#settlement.denied(requestId))
    await Promise.race([noted, new Promise((resolve) => setTimeout(resolve, maxNoteMs).unref())])
  }

  /** Whether the first request of a transaction was not decided, because it was not alone in it. */
  async #isSeparated({ result }: Outcome, requestId: string, txid: string): Promise<boolean> {
    if (result === 'allow') return false
    const transaction = await this.#transactions.byTxid(txid, this.#db)
    return (
      transaction?.retriesClosed === true && (await this.#settlement.isDetached(requestId, txid))
    )
  }

  async #findPolled(polled: string, ikey: string): Promise<Transaction | 'separated' | undefined> {
    const own = await this.#transactions.byTxid(polled, this.#db)
    const decides = own === undefined ? await this.#settlement.decides(polled) : undefined
    const found =
      decides === undefined ? own : await this.#transactions.byTxid(decides.txid, this.#db)
    if (found === undefined || found.ikey !== ikey) return undefined
    return decides?.isDetached === true ? 'separated' : found
  }

  #isOver(transaction: Transaction): boolean {
    return transaction.outcome.result !== 'waiting' || isOverdue(transaction, this.#clock.now())
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
   * @param polled The txid of the transaction, or of a request that has joined it.
   * @param options.isPolled The client takes nothing but `allow` for success, so its replies need no bound.
   * @returns `undefined` if this application has no such transaction.
   */
  async poll(
    polled: string,
    ikey: string,
    caller?: Caller,
    { isPolled = false }: { readonly isPolled?: boolean } = {},
  ): Promise<Outcome | Waiting | undefined> {
    const found = await this.#findPolled(polled, ikey)
    if (found === undefined || found === 'separated') return found && askAgain
    let transaction = found
    const { txid } = found
    if (found.approved === null && this.#reported.has(found, polled)) {
      const { status } = found.outcome
      const changed = await this.#transactions.awaitChange(txid, status, pollMs, caller)
      transaction = changed ?? found
      // the caller gets no reply, so none is counted
      if (caller?.destroyed === true) return transaction.outcome
    }
    if (transaction.approved !== null && !this.#isOver(transaction)) {
      const ended = this.#settlement.waitsHere(polled)
      await this.#settlement.resume(txid).finally(ended)
      transaction = (await this.#transactions.byTxid(txid, this.#db)) ?? transaction
    }
    const mayBeDetached = polled !== txid || transaction.retriesClosed
    if (mayBeDetached && (await this.#settlement.isDetached(polled, txid))) return askAgain
    if (isOverdue(transaction, this.#clock.now())) return await this.#end(transaction, polled)
    const { outcome } = transaction
    if (outcome.result !== 'waiting') {
      this.#reported.remove(polled)
      const final = outcomeFor(transaction, polled)
      if (transaction.retries !== null) await this.#noteDenial(polled, final)
      return final
    }
    if (isPolled) {
      this.#reported.add(transaction, polled)
      return outcome
    }
    const replies = await this.#transactions.waitingReply(txid)
    // settled meanwhile, or polled too often: in both cases this reply is final
    if (replies === 0 || replies > maxWaitingReplies) return await this.#end(transaction, polled)
    this.#reported.add(transaction, polled)
    return outcome
  }

  /** Removes the statuses of transactions that can't be polled any more. */
  prune(): void {
    this.#reported.prune(this.#clock.now())
  }
}

/** If it can't be noted, the user may be asked again; other queries report that the database is not available. */
async function noteIfPossible(noted: Promise<void>): Promise<void> {
  try {
    await noted
  } catch {}
}
