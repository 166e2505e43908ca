import type { Clock } from '../../host/clock.ts'
import type { CapablePhone } from '../authenticators/phone/capable_phone.ts'
import type { SingleTransaction, SingleTransactions } from '../authenticators/phone/phone_factor.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { openedAfterAll } from '../store/unknown_outcome.ts'
import type { Lockout } from './lockout.ts'
import { findFirsts, isSameSource } from './repeats.ts'
import type { Retries } from './retries.ts'
import { type Attempt, toOpening } from './transaction/attempt.ts'
import type { JoinedRequests } from './transaction/joined_requests.ts'
import { answerSecs, isOverdue, type Waiting } from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

/** Opens transactions with the user locked, so that of concurrent requests on all nodes only one opens one. */
export class LockedTransactions implements SingleTransactions {
  readonly #store: Store
  readonly #transactions: Transactions
  readonly #joinedRequests: JoinedRequests
  readonly #retries: Retries
  readonly #lockout: Lockout
  readonly #clock: Clock

  constructor(
    store: Store,
    transactions: Transactions,
    joinedRequests: JoinedRequests,
    retries: Retries,
    lockout: Lockout,
    clock: Clock,
  ) {
    this.#store = store
    this.#transactions = transactions
    this.#joinedRequests = joinedRequests
    this.#retries = retries
    this.#lockout = lockout
    this.#clock = clock
  }

  async open(
    attempt: Attempt,
    { userId, phoneId }: Pick<CapablePhone, 'userId' | 'phoneId'>,
    waiting: Omit<Waiting, 'result'>,
    mayOpen: (db: StoreDb) => Promise<boolean> = async () => true,
  ): Promise<SingleTransaction> {
    const { integration, budget } = attempt.request
    const { txid } = attempt
    const isOpen = () => this.#transactions.exists(txid)
    const open = () =>
      this.#store.transaction<SingleTransaction>(async (db) => {
        const source = { userId, ikey: integration.ikey, address: '', budget }
        const now = this.#clock.now()
        await this.#lockout.hold(source, db)
        const unsettled = await this.#transactions.unsettledOfUser(userId, db)
        const joined = await this.#retries.join(attempt, unsettled, db)
        if (joined !== undefined) return { kind: 'joined', joined }
        const inTime = unsettled.filter((other) => !isOverdue(other, now))
        const [first] = findFirsts(attempt, inTime)
        if (first !== undefined) {
          // a request that is not due as a retry is another login
          const isSame = first.retries === null && isSameSource(attempt, first)
          // a retransmission of a request that does not wait for `first` must not do so either
          if (isSame || attempt.factor === 'sms') {
            await this.#joinedRequests.claim(attempt, { txid: first.txid, slot: 0 }, db)
          }
          return { kind: 'already waiting', first, isSameSource: isSame }
        }
        if (!(await mayOpen(db))) return { kind: 'refused' }
        const opening = toOpening(attempt, { phoneId, verification: undefined })
        await this.#transactions.open(opening, waiting, answerSecs, db)
        await this.#joinedRequests.claim(attempt, { txid: attempt.txid, slot: 0 }, db)
        return { kind: 'opened' }
      })
    return await openedAfterAll<SingleTransaction>(open, isOpen, { kind: 'opened' })
  }
}
