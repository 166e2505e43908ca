import type { Clock } from '../../host/clock.ts'
import { ApprovalTimes } from '../audit/approval_times.ts'
import type { Users } from '../people/users.ts'
import { Batched } from '../store/batched.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { ApprovalCheck, End } from './approval_check.ts'
import { approval, nobodyWaiting } from './approval_outcome.ts'
import type { Decider } from './decision.ts'
import type { FraudReports } from './fraud_reports.ts'
import type { EndedAttempt, Journal } from './journal.ts'
import type { Retransmission, Retries } from './retries.ts'
import type { Timeouts } from './timeouts.ts'
import { type Attempt, restoreAttempt, toOpening } from './transaction/attempt.ts'
import type { JoinedRequests, Listening } from './transaction/joined_requests.ts'
import {
  isOverdue,
  type Outcome,
  type Settles,
  type Transaction,
  timedOut,
} from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

const fraudStatus = 'fraud'
const maxHangUpsPerUpdate = 500

/** Settles and logs the end of every sign-in that was answered. An approval is only applied here. */
export class Settlement implements Settles {
  readonly #approvalTimes = new ApprovalTimes()
  /** Requests whose calls wait in this process, with how many there are. */
  readonly #waitingHere = new Map<string, number>()
  /** Together, because a proxy that stops closes thousands of calls at once. */
  readonly #hangUps = new Batched(async (calls: readonly Listening[]) => {
    await this.#joinedRequests.hungUp(calls, this.#store.db)
    return calls.map(() => undefined)
  }, maxHangUpsPerUpdate)
  readonly #store: Store
  readonly #approvalCheck: ApprovalCheck
  readonly #users: Users
  readonly #transactions: Transactions
  readonly #joinedRequests: JoinedRequests
  readonly #retries: Retries
  readonly #timeouts: Timeouts
  readonly #journal: Journal
  readonly #fraud: FraudReports
  readonly #clock: Clock

  constructor(
    store: Store,
    approvalCheck: ApprovalCheck,
    users: Users,
    transactions: Transactions,
    joinedRequests: JoinedRequests,
    retries: Retries,
    timeouts: Timeouts,
    journal: Journal,
    fraud: FraudReports,
    clock: Clock,
  ) {
    this.#store = store
    this.#approvalCheck = approvalCheck
    this.#users = users
    this.#transactions = transactions
    this.#joinedRequests = joinedRequests
    this.#retries = retries
    this.#timeouts = timeouts
    this.#journal = journal
    this.#fraud = fraud
    this.#clock = clock
  }

  /**
   * Ends a sign-in that did not wait for an answer.
   *
   * @param options.async Whether the caller will poll for the outcome.
   */
  async end(ended: EndedAttempt, options: { readonly async: boolean }): Promise<void> {
    await this.#store.transaction((db) => this.endIn(ended, options, db))
  }

  /**
   * As `end`, in a transaction of the caller.
   *
   * @throws {AlreadyRequested} to roll it back, if it is a retransmission.
   */
  async endIn(
    ended: EndedAttempt,
    { async }: { readonly async: boolean },
    db: StoreDb,
  ): Promise<void> {
    const { attempt, outcome, kind = 'settled' } = ended
    await this.#joinedRequests.claim(attempt, { kind, outcome }, db)
    await this.#journal.append(ended, this.#clock.now(), db)
    if (async) await this.#transactions.record(toOpening(attempt), outcome, db)
  }

  /** What `endIn` writes for a sign-in that nobody polls, as JSON for a single statement. */
  written(
    ended: EndedAttempt,
    db: StoreDb,
  ): { readonly line: string; readonly claim: string | null } {
    const { attempt, outcome, kind = 'settled' } = ended
    const now = this.#clock.now()
    const row = this.#joinedRequests.row(attempt, { kind, outcome }, now)
    const claim = row === undefined ? null : JSON.stringify(row)
    return { line: this.#journal.line(ended, now, db), claim }
  }

  /** Stores the outcome of an earlier request for a retransmission whose caller polls. */
  async repeat(attempt: Attempt, outcome: Outcome): Promise<void> {
    await this.#transactions.record(toOpening(attempt), outcome, this.#store.db)
  }

  /**
   * Settles a waiting sign-in with its user's answer. If its client retries with new requests, an approval
   * lets in one of them; it may take some seconds to be sure which one.
   *
   * @returns Whether this answer settled it. An approval that comes too late does not: the sign-in ends as
   *   unanswered.
   */
  async settle(txid: string, outcome: Outcome, reason: string): Promise<boolean> {
    for (;;) {
      const settled = await this.#trySettle(txid, { outcome, reason })
      if (typeof settled === 'boolean') return settled
      const waitMs = Math.max(0, settled.until - this.#clock.now())
      const waited = await this.#transactions.awaitOutcome(txid, waitMs)
      // the service stops: another node applies the approval
      const isStopped = this.#clock.now() < settled.until
      if (isStopped && waited?.outcome.result === 'waiting') return false
    }
  }

  /** Applies an approval that waits for the request that it lets in. */
  async resume(txid: string): Promise<void> {
    const transaction = await this.#transactions.byTxid(txid, this.#store.db)
    if (transaction === undefined || transaction.approved === null) return
    await this.settle(txid, approval.outcome, approval.reason)
  }

  /** A request was transmitted again, so its client still listens. */
  async retransmitted(requestId: string, txid: string, again: Retransmission): Promise<void> {
    await this.#store.transaction((db) => this.#retries.retransmitted(requestId, txid, again, db))
  }

  /**
   * The call of a request waits in this process, which can answer it: an approval is applied here.
   *
   * @returns A function that ends this.
   */
  waitsHere(requestId: string): () => void {
    const waiting = this.#waitingHere
    waiting.set(requestId, (waiting.get(requestId) ?? 0) + 1)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      const left = (waiting.get(requestId) ?? 1) - 1
      if (left > 0) waiting.set(requestId, left)
      else waiting.delete(requestId)
    }
  }

  /** The call of a request returns its user's denial. */
  async denied(requestId: string): Promise<void> {
    await this.#joinedRequests.denied(requestId, this.#clock.now(), this.#store.db)
  }

  /** A call that waited for a request has been closed by its proxy, which may have stopped. */
  async hungUp(call: Listening): Promise<void> {
    await this.#hangUps.ask(call)
  }

  /** Whether a request no longer waits for this transaction, because another one competes with it. */
  async isDetached(requestId: string, txid: string): Promise<boolean> {
    return await this.#joinedRequests.isDetached(requestId, txid, this.#store.db)
  }

  /** The transaction that decides a request which polls by its own name. */
  async decides(requestId: string): ReturnType<JoinedRequests['byRequest']> {
    return await this.#joinedRequests.byRequest(requestId, this.#store.db)
  }

  /** @returns When to try again, if it is not sure yet which request an approval lets in. */
  async #trySettle(txid: string, answer: End): Promise<boolean | { readonly until: number }> {
    const transaction = await this.#transactions.byTxid(txid, this.#store.db)
    if (transaction === undefined) return false
    if (transaction.outcome.result !== 'waiting') return wasApplied(transaction, answer)
    const isApproval = answer.outcome.result === 'allow'
    if (isApproval && isOverdue(transaction, this.#clock.now())) {
      await this.#timeouts.end(transaction)
      return false
    }
    const end = isApproval ? await this.#approvalCheck.confirm(transaction, answer) : answer
    const now = this.#clock.now()
    const applied = await this.#store.transaction((db) => this.#apply(transaction, end, now, db))
    if (typeof applied !== 'string') return applied
    if (applied === 'settled' && end.outcome.status === fraudStatus) {
      this.#fraud.raiseAlert(transaction, now)
    }
    if (applied !== 'settled meanwhile') return applied === 'settled'
    const settled = await this.#transactions.byTxid(txid, this.#store.db)
    return settled !== undefined && wasApplied(settled, answer)
  }

  /** The only place where an approval takes effect. */
  async #apply(
    transaction: Transaction,
    end: End,
    now: number,
    db: StoreDb,
  ): Promise<'settled' | 'settled meanwhile' | 'nobody' | { readonly until: number }> {
    const { txid, userId, retries } = transaction
    let ended: EndedAttempt = { attempt: restoreAttempt(transaction), ...end }
    let acceptedRequest: string | null = null
    const slot = retries === null ? 0 : await this.#retries.newestSlot(txid, db)
    if (slot > 0) ended = { ...ended, decider: ended.decider ?? joinedRetry(slot) }
    if (end.outcome.result === 'allow' && retries !== null) {
      const locked = await this.#transactions.lock(txid, db)
      if (locked === undefined) return 'settled meanwhile'
      const taker = await this.#retries.taker(locked, (id) => this.#waitingHere.has(id), db)
      if (taker.kind === 'hold') return { until: taker.until }
      if (taker.kind === 'request') acceptedRequest = taker.requestId
      else ended = { ...ended, outcome: timedOut, reason: nobodyWaiting }
    }
    const { outcome } = ended
    const isSettled = await this.#transactions.settle(txid, outcome, db, acceptedRequest)
    if (!isSettled) return 'settled meanwhile'
    await this.#journal.append(ended, now, db)
    if (outcome.result === 'allow') await this.#approvalTimes.add(transaction, now, db)
    await this.#updateUser(userId, outcome, now, db)
    return ended.reason === nobodyWaiting ? 'nobody' : 'settled'
  }

  async #updateUser(
    userId: string | null,
    { result, status }: Outcome,
    now: number,
    db: StoreDb,
  ): Promise<void> {
    if (userId === null) return
    if (result === 'allow') await this.#users.signedIn({ userId }, now, db)
    if (status === fraudStatus) await this.#fraud.lockAccount(userId, db)
  }
}

/** Names the retry in the log, if the requests of several attempts waited for the answer. */
function joinedRetry(slot: number): Decider {
  return { step: `retry ${slot}`, policyKey: '' }
}

/** Whether a settled transaction has the outcome of an approval that had to wait. */
function wasApplied({ approved, outcome }: Transaction, answer: End): boolean {
  return approved !== null && answer.outcome.result === 'allow' && outcome.result === 'allow'
}
