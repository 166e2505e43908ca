import type { Clock } from '../../host/clock.ts'
import { Batched } from '../store/batched.ts'
import type { Store } from '../store/store.ts'
import { nobodyWaiting } from './approval_outcome.ts'
import type { EndedAttempt, Journal } from './journal.ts'
import { restoreAttempt } from './transaction/attempt.ts'
import { type Outcome, type Transaction, timedOut } from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

const maxAtOnce = 250

/** Ends sign-ins that nobody answered in time. */
export class Timeouts {
  readonly #store: Store
  readonly #transactions: Transactions
  readonly #journal: Journal
  readonly #clock: Clock
  readonly #batches = new Batched(
    (transactions: readonly Transaction[]) => this.#endAll(transactions),
    maxAtOnce,
  )

  constructor(store: Store, transactions: Transactions, journal: Journal, clock: Clock) {
    this.#store = store
    this.#transactions = transactions
    this.#journal = journal
    this.#clock = clock
  }

  /** @returns The outcome, which is another one if it was settled meanwhile. */
  async end(transaction: Transaction): Promise<Outcome> {
    return await this.#batches.ask(transaction)
  }

  /** Ends all that are overdue. */
  async endOverdue(): Promise<void> {
    const overdue = await this.#transactions.overdue()
    await Promise.all(overdue.map((transaction) => this.end(transaction)))
  }

  /** @returns Their outcomes, in the same order. */
  async #endAll(transactions: readonly Transaction[]): Promise<Outcome[]> {
    // one may come twice: from a waiting caller and from the upkeep
    const byTxid = new Map(transactions.map((transaction) => [transaction.txid, transaction]))
    const ended = await this.#store.transaction(async (db) => {
      const txids = await this.#transactions.settleAll([...byTxid.keys()], timedOut, db, {
        unlessJoined: true,
      })
      const attempts = txids.flatMap((txid) => byTxid.get(txid) ?? []).map(toEndedAttempt)
      await this.#journal.appendAll(attempts, this.#clock.now(), db)
      return new Set(txids)
    })
    const others = [...byTxid.keys()].filter((txid) => !ended.has(txid))
    const settled = others.length === 0 ? [] : await this.#transactions.byTxids(others)
    const outcomes = new Map(settled.map((other) => [other?.txid, other && finalOutcome(other)]))
    return transactions.map(({ txid }) => outcomes.get(txid) ?? timedOut)
  }
}

function toEndedAttempt(transaction: Transaction): EndedAttempt {
  const unanswered = transaction.factor === 'phone' ? 'no_keys_pressed' : 'no_response'
  const reason = transaction.approved === null ? unanswered : nobodyWaiting
  return { attempt: restoreAttempt(transaction), outcome: timedOut, reason }
}

function finalOutcome({ outcome }: Transaction): Outcome {
  const { result, status, status_msg } = outcome
  return result === 'waiting' ? timedOut : { result, status, status_msg }
}
