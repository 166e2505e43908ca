import { statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { Integrations } from '../applications/integrations.ts'
import { phoneMethod } from '../applications/policy/authentication_methods.ts'
import { isPhoneFactorName } from '../authenticators/phone/capable_phone.ts'
import type { Users } from '../people/users.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { FraudReports } from './fraud_reports.ts'
import type { EndedAttempt, Journal } from './journal.ts'
import type { Subject, Subjects } from './subject.ts'
import type { Timeouts } from './timeouts.ts'
import { restoreAttempt, toOpening } from './transaction/attempt.ts'
import {
  isOverdue,
  type Outcome,
  type Settles,
  type Transaction,
} from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

const fraudStatus = 'fraud'

/** Settles and logs the end of every sign-in that was answered. An approval is only applied here. */
export class Settlement implements Settles {
  readonly #store: Store
  readonly #integrations: Integrations
  readonly #subjects: Subjects
  readonly #users: Users
  readonly #transactions: Transactions
  readonly #timeouts: Timeouts
  readonly #journal: Journal
  readonly #fraud: FraudReports
  readonly #clock: Clock

  constructor(
    store: Store,
    integrations: Integrations,
    subjects: Subjects,
    users: Users,
    transactions: Transactions,
    timeouts: Timeouts,
    journal: Journal,
    fraud: FraudReports,
    clock: Clock,
  ) {
    this.#store = store
    this.#integrations = integrations
    this.#subjects = subjects
    this.#users = users
    this.#transactions = transactions
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

  /** As `end`, in a transaction of the caller. */
  async endIn(
    ended: EndedAttempt,
    { async }: { readonly async: boolean },
    db: StoreDb,
  ): Promise<void> {
    await this.#journal.append(ended, this.#clock.now(), db)
    if (async) await this.#transactions.record(toOpening(ended.attempt), ended.outcome, db)
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
    const attempt = restoreAttempt(transaction)
    const ended = { attempt, ...(await this.#finalOutcome(transaction, outcome, reason)) }
    const now = this.#clock.now()
    const settled = await this.#store.transaction(async (db) => {
      if (!(await this.#transactions.settle(txid, ended.outcome, db))) return false
      await this.#journal.append(ended, now, db)
      await this.#updateUser(transaction.userId, ended.outcome, now, db)
      return true
    })
    if (settled && ended.outcome.status === fraudStatus) this.#fraud.raiseAlert(transaction, now)
    return settled
  }

  /** An approval only lets the user in if the application's policy still allows it. */
  async #finalOutcome(
    transaction: Transaction,
    outcome: Outcome,
    reason: string,
  ): Promise<Omit<EndedAttempt, 'attempt'>> {
    if (outcome.result !== 'allow') return { outcome, reason }
    const { ikey, userId, factor, request } = transaction
    const integration = await this.#integrations.byIkeyInTurn(ikey)
    const { ipaddr } = request
    const subject =
      integration === undefined || userId === null
        ? undefined
        : await this.#subjects.read({ user: { userId }, integration, ipaddr })
    if (subject === undefined) return { outcome: userDeleted, reason: 'user_disabled' }
    const { decision, policy } = subject
    // a push of a user who has bypass status since is no proof at the portal
    if (decision.kind === 'allow' && decision.reason !== 'bypass_user') return { outcome, reason }
    if (decision.kind !== 'auth') {
      return { outcome: toOutcome(decision), reason: decision.reason }
    }
    const { blocked_auth_list: blocked } = policy.rules.authentication_methods
    const isBlocked = isPhoneFactorName(factor) && blocked.includes(phoneMethod(factor))
    return isBlocked ? blockedMethod : { outcome, reason }
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

/** The end of a sign-in with a method that the policy blocks. */
export const blockedMethod = {
  outcome: { result: 'deny', status: 'deny', status_msg: statusMessage.methodBlocked },
  reason: 'factor_restricted',
} as const

const userDeleted: Outcome = { result: 'deny', status: 'deny', status_msg: statusMessage.disabled }

/** A user who must enrol is denied until they have. */
export function toOutcome(decision: Exclude<Subject['decision'], { kind: 'auth' }>): Outcome {
  return decision.kind === 'enroll'
    ? { result: 'deny', status: 'deny', status_msg: decision.statusMsg }
    : { result: decision.kind, status: decision.status, status_msg: decision.statusMsg }
}
