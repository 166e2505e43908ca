import { statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { AuthenticationLog } from '../audit/authentication_log.ts'
import type { Delivery } from '../messaging/messaging.ts'
import { Batched } from '../store/batched.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { FraudAlert } from './fraud_alert.ts'
import type { Attempt, Ended, Journal } from './journal.ts'
import type { Lockout } from './lockout.ts'
import { type Directory, readSubject, type Subject } from './subject.ts'
import {
  isOverdue,
  type Opening,
  type Outcome,
  type SignInRequest,
  type Transaction,
  timedOut,
} from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

export interface SettlementParts {
  readonly store: Store
  readonly directory: Directory
  readonly lockout: Lockout
  readonly transactions: Transactions
  readonly journal: Journal
  readonly log: AuthenticationLog
  readonly delivery: Delivery
  readonly fraud: {
    readonly alert: FraudAlert
    /** Whether a fraud locks the account. */
    readonly locks: boolean
  }
  readonly clock: Clock
}

const maxAtOnce = 250

/** Settles and logs the end of every sign-in. */
export class Settlement {
  readonly #parts: SettlementParts
  readonly #timingOut = new Batched(
    (overdue: readonly Transaction[]) => this.#timeOutAll(overdue),
    maxAtOnce,
  )

  constructor(parts: SettlementParts) {
    this.#parts = parts
  }

  /**
   * Ends a sign-in that did not wait for an answer.
   *
   * @param leaves Whether a transaction is left that can be asked for.
   */
  async end(
    attempt: Attempt,
    leaves: boolean,
    outcome: Outcome,
    reason: string,
    db: StoreDb | undefined = undefined,
  ): Promise<void> {
    const { store, journal, transactions, clock } = this.#parts
    if (db === undefined) {
      return await store.transaction((own) => this.end(attempt, leaves, outcome, reason, own))
    }
    await journal.ended(attempt, outcome, reason, clock.now(), db)
    if (leaves) await transactions.record(toOpening(attempt), outcome, db)
  }

  /**
   * Settles a waiting sign-in with its user's answer.
   *
   * @returns Whether this answer has settled it. An approval that comes too late has not: it ends the
   *   sign-in as unanswered.
   */
  async settle(txid: string, outcome: Outcome, reason: string): Promise<boolean> {
    const { store, transactions, clock } = this.#parts
    const transaction = await transactions.byTxid(txid)
    if (transaction === undefined || transaction.outcome.result !== 'waiting') return false
    if (outcome.result === 'allow' && isOverdue(transaction, clock.now())) {
      await this.timeOut(transaction)
      return false
    }
    const end = await this.#endOf(transaction, outcome, reason)
    const now = clock.now()
    const won = await store.transaction(async (db) => {
      if (!(await transactions.settle(txid, end.outcome, db))) return false
      await this.#record(transaction, end, now, db)
      return true
    })
    if (won) this.#alert(transaction, end.outcome, now)
    return won
  }

  /** Settles a transaction that nobody answered in time. @returns Its outcome. */
  async timeOut(transaction: Transaction): Promise<Outcome> {
    return await this.#timingOut.ask(transaction)
  }

  /** @returns Their outcomes, in the same order. */
  async #timeOutAll(overdue: readonly Transaction[]): Promise<Outcome[]> {
    const { store, transactions, journal, clock } = this.#parts
    // one may come twice: from a waiting caller and from the upkeep
    const byTxid = new Map(overdue.map((transaction) => [transaction.txid, transaction]))
    const won = await store.transaction(async (db) => {
      const won = await transactions.settleAll([...byTxid.keys()], timedOut, db)
      const ends = won.flatMap((txid) => byTxid.get(txid) ?? []).map(unanswered)
      await journal.endedAll(ends, clock.now(), db)
      return new Set(won)
    })
    const others = [...byTxid.keys()].filter((txid) => !won.has(txid))
    const settled = others.length === 0 ? [] : await transactions.byTxids(others)
    const outcomes = new Map(settled.map((other) => [other?.txid, other && finalOutcome(other)]))
    return overdue.map(({ txid }) => outcomes.get(txid) ?? timedOut)
  }

  /**
   * Marks a finished sign-in as one that its user did not request.
   *
   * @returns `false` if this user has no such sign-in, or it is marked already.
   */
  async reportFraud(userId: string, txid: string): Promise<boolean> {
    const { store, log, clock, fraud } = this.#parts
    const timestamp = clock.now()
    const event = await store.transaction(async (db) => {
      const events = await log.ofTxid(txid, db)
      const [last] = events
      if (last === undefined || last.userId !== userId) return undefined
      if (events.some(({ result }) => result === 'fraud')) return undefined
      await log.append({ ...last, timestamp, result: 'fraud', reason: 'user_marked_fraud' }, db)
      await this.#lock(userId, db)
      return last
    })
    if (event === undefined) return false
    fraud.alert.raise({ ...event, txid, locked: fraud.locks })
    return true
  }

  /** An approval lets a user in only where the user may still sign in. */
  async #endOf(
    transaction: Transaction,
    outcome: Outcome,
    reason: string,
  ): Promise<{ readonly outcome: Outcome; readonly reason: string }> {
    if (outcome.result !== 'allow') return { outcome, reason }
    const { store, clock, directory, lockout, delivery } = this.#parts
    const userId = transaction.userId ?? ''
    const subject = await readSubject({ userId }, strictest, clock.now(), {
      store,
      directory,
      lockout,
      delivery,
    })
    const decision = subject?.decision
    if (decision?.kind === 'auth') return { outcome, reason }
    return {
      outcome: decision === undefined ? gone : toOutcome(decision),
      reason: decision?.kind === 'deny' ? decision.reason : 'user_disabled',
    }
  }

  async #record(
    transaction: Transaction,
    { outcome, reason }: { readonly outcome: Outcome; readonly reason: string },
    now: number,
    db: StoreDb,
  ): Promise<void> {
    const { journal, directory } = this.#parts
    const { userId } = transaction
    await journal.ended(restoreAttempt(transaction), outcome, reason, now, db)
    if (userId === null) return
    if (outcome.result === 'allow') await directory.users.signedIn(userId, now, db)
    if (outcome.status === fraudStatus) await this.#lock(userId, db)
  }

  async #lock(userId: string, db: StoreDb): Promise<void> {
    if (!this.#parts.fraud.locks) return
    await this.#parts.directory.users.update(userId, { status: 'locked out' }, db)
  }

  #alert({ txid, request }: Transaction, outcome: Outcome, timestamp: number): void {
    const { fraud } = this.#parts
    if (outcome.status !== fraudStatus) return
    const { username, application, ipaddr, hostname } = request
    const locked = fraud.locks
    fraud.alert.raise({ txid, username, application, ipaddr, hostname, timestamp, locked })
  }
}

const fraudStatus = 'fraud'

/** For users with a pending transaction, who are not new. */
const strictest = {
  newUserPolicy: 'deny',
  usernameNormalization: 'none',
  verifiedPush: 'off',
} as const

const gone: Outcome = { result: 'deny', status: 'deny', status_msg: statusMessage.disabled }

/** A user who must enrol is denied until they have. */
export function toOutcome(decision: Exclude<Subject['decision'], { kind: 'auth' }>): Outcome {
  return decision.kind === 'enroll'
    ? { result: 'deny', status: 'deny', status_msg: decision.statusMsg }
    : { result: decision.kind, status: decision.status, status_msg: decision.statusMsg }
}

/** What the transaction of an attempt stores. */
export function toOpening(
  attempt: Attempt,
  asked: Pick<Opening, 'phoneId' | 'verification'> = { phoneId: null, verification: undefined },
): Opening {
  const { txid, asking, user, factor, repeatOf = null } = attempt
  const { ikey } = asking.integration
  const userId = user?.userId ?? null
  return { txid, ikey, userId, factor, request: toSignInRequest(attempt), repeatOf, ...asked }
}

function toSignInRequest({ asking, user }: Attempt): SignInRequest {
  const { integration, named, ipaddr, hostname, shown } = asking
  const username = user?.username ?? ('username' in named ? named.username : '')
  return { application: integration.name, username, ipaddr, hostname, ...shown }
}

/** The attempt of a transaction that any process may have begun. */
function restoreAttempt(transaction: Transaction): Attempt {
  const { txid, ikey, userId, factor, phoneId, request, repeatOf } = transaction
  const { application: name, username, ipaddr, hostname } = request
  return {
    txid,
    asking: { integration: { ikey, name }, named: { username }, ipaddr, hostname },
    user: userId === null ? undefined : { userId, username },
    factor,
    device: phoneId ?? '',
    repeatOf: repeatOf ?? undefined,
  }
}

function unanswered(transaction: Transaction): Ended {
  const reason = transaction.factor === 'phone' ? 'no_keys_pressed' : 'no_response'
  return { attempt: restoreAttempt(transaction), outcome: timedOut, reason }
}

function finalOutcome({ outcome }: Transaction): Outcome {
  const { result, status, status_msg } = outcome
  return result === 'waiting' ? timedOut : { result, status, status_msg }
}
