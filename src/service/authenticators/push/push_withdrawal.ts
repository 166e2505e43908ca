import type { Settles } from '../../sign_in/transaction/transaction.ts'
import type { Transactions } from '../../sign_in/transaction/transactions.ts'
import type { Store } from '../../store/store.ts'
import { tooManyWrongCodes } from './push_outcome.ts'

const maxWrongCodes = 3

/** Withdraws a push after three wrong verification codes; its user may be under attack. */
export class PushWithdrawal {
  readonly #store: Store
  readonly #transactions: Transactions
  readonly #settlement: Settles

  constructor(store: Store, transactions: Transactions, settlement: Settles) {
    this.#store = store
    this.#transactions = transactions
    this.#settlement = settlement
  }

  /** Counts a wrong code over all nodes; the third one ends the sign-in. */
  async countWrongCode(txid: string): Promise<void> {
    const wrong = await this.#store.transaction((db) => this.#transactions.wrongCode(txid, db))
    if (wrong < maxWrongCodes) return
    await this.#settlement.settle(txid, tooManyWrongCodes.outcome, tooManyWrongCodes.reason)
  }
}
