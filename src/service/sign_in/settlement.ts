import type { Clock } from '../../host/clock.ts'
import { ApprovalTimes } from '../audit/approval_times.ts'
import type { Users } from '../people/users.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { ApprovalCheck } from './approval_check.ts'
import type { FraudReports } from './fraud_reports.ts'
import type { EndedAttempt, Journal } from './journal.ts'
import type { Timeouts } from './timeouts.ts'
import { type Attempt, restoreAttempt, toOpening } from './transaction/attempt.ts'
import type { JoinedRequests } from './transaction/joined_requests.ts'
import { isOverdue, type Outcome, type Settles } from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

const fraudStatus = 'fraud'

/** Settles and logs the end of every sign-in that was answered. An approval is only applied here. */
export class Settlement implements Settles {
  readonly #approvalTimes = new ApprovalTimes()
  readonly #store: Store
  readonly #approvalCheck: ApprovalCheck
  readonly #users: Users
  readonly #transactions: Transactions
  readonly #joinedRequests: JoinedRequests
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

  /** Stores the outcome of an earlier request for a retransmission whose caller polls. */
  async repeat(attempt: Attempt, outcome: Outcome): Promise<void> {
    await this.#transactions.record(toOpening(attempt), outcome, this.#store.db)
  }

  /**
   * Settles a waiting sign-in with its user's answer.
   *
   * @returns Whether this answer settled it. An approval that comes too late does not: the sign-in ends as
   *   unanswered.
   */
  async settle(txid: string, outcome: Outcome, reason: string): Promise<boolean> {
    const transaction = await this.#transactions.byTxid(txid, this.#store.db)
    if (transaction === undefined || transaction.outcome.result !== 'waiting') return false
    if (outcome.result === 'allow' && isOverdue(transaction, this.#clock.now())) {
      await this.#timeouts.end(transaction)
      return false
    }
    const answer = { outcome, reason }
    const end =
      outcome.result === 'allow' ? await this.#approvalCheck.confirm(transaction, answer) : answer
    const ended = { attempt: restoreAttempt(transaction), ...end }
    const now = this.#clock.now()
    const settled = await this.#store.transaction(async (db) => {
      if (!(await this.#transactions.settle(txid, ended.outcome, db))) return false
      await this.#journal.append(ended, now, db)
      if (ended.outcome.result === 'allow') await this.#approvalTimes.add(transaction, now, db)
      await this.#updateUser(transaction.userId, ended.outcome, now, db)
      return true
    })
    if (settled && ended.outcome.status === fraudStatus) this.#fraud.raiseAlert(transaction, now)
    return settled
  }

  async #updateUser(
    userId: string | null,
    { result, status }: Outcome,
    now: number,
    db: StoreDb,
  ): Promise<void> {
    if (userId === null) return
    if (result === 'allow') await this.#users.signedIn(userId, now, db)
    if (status === fraudStatus) await this.#fraud.lockAccount(userId, db)
  }
}
