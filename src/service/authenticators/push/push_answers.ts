import type { Clock } from '../../../host/clock.ts'
import {
  isOverdue,
  type Settles,
  type Transaction,
  timedOut,
} from '../../sign_in/transaction/transaction.ts'
import type { Transactions } from '../../sign_in/transaction/transactions.ts'
import type { StoreDb } from '../../store/store.ts'
import { type PushDecision, pushOutcomes } from './push_outcome.ts'
import type { PushWithdrawal } from './push_withdrawal.ts'
import { isSameCode } from './verification_codes.ts'

/** The pushes that wait for phones, and the answers of phones to them. */
export class PushAnswers {
  readonly #db: StoreDb
  readonly #transactions: Transactions
  readonly #settlement: Settles
  readonly #withdrawal: PushWithdrawal
  readonly #clock: Clock

  constructor(
    db: StoreDb,
    transactions: Transactions,
    settlement: Settles,
    withdrawal: PushWithdrawal,
    clock: Clock,
  ) {
    this.#db = db
    this.#transactions = transactions
    this.#settlement = settlement
    this.#withdrawal = withdrawal
    this.#clock = clock
  }

  /** The pushes that wait for an answer from this phone, oldest first. */
  async waitingFor(phoneId: string): Promise<Transaction[]> {
    const waiting = await this.#transactions.waitingFor(phoneId, this.#db)
    return waiting.filter(({ factor }) => factor === 'push')
  }

  /**
   * Applies the answer of an authenticated phone.
   *
   * @param code Typed into the app by the user, if the login shows a code.
   * @returns `gone` if the push has ended or was sent to another phone; `expired` if it timed out, so that
   *   nobody waits for the answer; `wrong_code` if the code is wrong. A push whose code the app shows can only be denied here.
   */
  async answer(
    txid: string,
    phoneId: string,
    decision: PushDecision,
    code?: string,
  ): Promise<'settled' | 'gone' | 'expired' | 'wrong_code'> {
    const push = await this.#transactions.byTxid(txid, this.#db)
    if (push === undefined || push.phoneId !== phoneId || push.factor !== 'push') {
      return 'gone'
    }
    const ending = this.#endingOf(push)
    if (ending !== undefined) return ending
    if (decision === 'approve' && !(await this.#isVerified(push, code))) return 'wrong_code'
    const { outcome, reason } = pushOutcomes[decision]
    if (await this.#settlement.settle(txid, outcome, reason)) return 'settled'
    const ended = await this.#transactions.byTxid(txid, this.#db)
    return (ended && this.#endingOf(ended)) ?? 'gone'
  }

  /** How a push has ended; `undefined` while it waits. */
  #endingOf(push: Transaction): 'gone' | 'expired' | undefined {
    if (push.outcome.result === 'waiting') {
      return isOverdue(push, this.#clock.now()) ? 'expired' : undefined
    }
    return push.outcome.status === timedOut.status ? 'expired' : 'gone'
  }

  async #isVerified({ txid, verification }: Transaction, code: string | undefined) {
    if (verification === undefined) return true
    if (verification.kind === 'show') return false
    if (code !== undefined && isSameCode(code, verification.code)) return true
    await this.#withdrawal.countWrongCode(txid)
    return false
  }
}
