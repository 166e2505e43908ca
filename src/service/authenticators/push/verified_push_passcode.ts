import { statusMessage } from '../../../duo/index.ts'
import type { Outcome, Transaction } from '../../sign_in/transaction/transaction.ts'
import type { Transactions } from '../../sign_in/transaction/transactions.ts'
import type { StoreDb } from '../../store/store.ts'
import type {
  PasscodeConsumption,
  PasscodeKind,
  PasscodeRequest,
} from '../passcode/passcode_kind.ts'
import type { Phones } from '../phone/phones.ts'

const approved: Outcome = { result: 'allow', status: 'allow', status_msg: statusMessage.success }

/** Verification codes that the push app shows, and that the user types at the login as a passcode. */
export class VerifiedPushPasscode implements PasscodeKind {
  readonly #transactions: Transactions
  readonly #phones: Phones

  constructor(transactions: Transactions, phones: Phones) {
    this.#transactions = transactions
    this.#phones = phones
  }

  hasForm(typed: string): boolean {
    return /^\d+$/.test(typed)
  }

  /** Settles the push that shows this code. */
  async consume(
    { userId, ikey, verifiedPush }: PasscodeRequest,
    passcode: string,
    _now: number,
    db: StoreDb,
  ): Promise<PasscodeConsumption> {
    if (!verifiedPush) return { outcome: 'wrong' }
    for (const { push, code } of await this.#shown(userId, ikey, db)) {
      if (code !== passcode) continue
      // a removed phone may be in the wrong hands
      const phone = push.phoneId === null ? undefined : await this.#phones.byId(push.phoneId, db)
      if (phone?.userId !== userId) continue
      if (await this.#transactions.settle(push.txid, approved, db)) {
        return { outcome: 'accepted', factor: 'verified_push', device: push.phoneId ?? '' }
      }
    }
    return { outcome: 'wrong' }
  }

  async candidates(
    { userId, ikey, verifiedPush }: PasscodeRequest,
    _now: number,
    db: StoreDb,
  ): Promise<readonly string[]> {
    return verifiedPush ? (await this.#shown(userId, ikey, db)).map(({ code }) => code) : []
  }

  /** The waiting pushes of an application that show a code. */
  async #shown(
    userId: string,
    ikey: string,
    db: StoreDb,
  ): Promise<{ readonly push: Transaction; readonly code: string }[]> {
    const waiting = await this.#transactions.waitingForUser(userId, db)
    return waiting.flatMap((push) =>
      push.ikey === ikey && push.verification?.kind === 'show'
        ? [{ push, code: push.verification.code }]
        : [],
    )
  }
}
