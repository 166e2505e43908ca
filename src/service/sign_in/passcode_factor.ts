import { statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { Store } from '../store/store.ts'
import type { Attempt } from './journal.ts'
import type { Lockout } from './lockout.ts'
import { checkPasscode } from './passcode_check.ts'
import { isPasscodeForm } from './passcode_form.ts'
import type { Asked, PhoneFactors } from './phone_factors.ts'
import type { Settlement } from './settlement.ts'
import { sourceAddress } from './source_address.ts'
import type { Directory, Subject } from './subject.ts'
import type { Outcome } from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'
import { UserQueue, type UserQueueLimits } from './user_queue.ts'

export interface PasscodeFactorParts {
  readonly store: Store
  readonly directory: Directory
  readonly lockout: Lockout
  readonly transactions: Transactions
  readonly settlement: Settlement
  readonly phoneFactors: PhoneFactors
  readonly clock: Clock
}

/** For a word that is neither a factor nor a passcode. Neither this nor empty input counts as a guess. */
const notAPasscode: Outcome = {
  result: 'deny',
  status: 'deny',
  status_msg: statusMessage.typeAFactor,
}

const emptyPasscode: Outcome = { ...notAPasscode, status_msg: statusMessage.incorrectPasscode }

/** A passcode as the second factor. */
export class PasscodeFactor {
  readonly #parts: PasscodeFactorParts
  /**
   * Keyed by budget and user id, because each guess locks the user's count of wrong passcodes. Guesses
   * at the portal are queued apart, so that they do not delay the user's sign-ins.
   */
  readonly #guesses: UserQueue

  constructor(parts: PasscodeFactorParts, queue: Omit<UserQueueLimits, 'atOnce'>) {
    this.#parts = parts
    this.#guesses = new UserQueue({ ...queue, atOnce: 1 })
  }

  /**
   * Uses up the passcode, counts the guess and writes the log in one transaction.
   *
   * @param leaves Whether a transaction is left that can be asked for.
   */
  async use(
    attempt: Attempt,
    subject: Subject,
    userId: string,
    typed: string,
    leaves: boolean,
  ): Promise<Asked> {
    const { store, settlement, phoneFactors, clock } = this.#parts
    const { integration, ipaddr, budget = 'sign-in' } = attempt.asking
    const passcode = typed.replace(/\s+/g, '')
    if (!isPasscodeForm(passcode)) {
      const asked = { ...attempt, factor: 'passcode' }
      const outcome = passcode === '' ? emptyPasscode : notAPasscode
      await settlement.end(asked, leaves, outcome, 'invalid_passcode')
      return { kind: 'settled', txid: attempt.txid, outcome }
    }
    const source = { userId, ikey: integration.ikey, address: sourceAddress(ipaddr), budget }
    const checked = await this.#guesses.run(`${budget} ${userId}`, () =>
      store.transaction(async (db) => {
        const checked = await checkPasscode(
          source,
          passcode,
          clock.now(),
          { ...this.#parts, pushCodes: subject.verifiedPush !== 'off' },
          db,
        )
        const { factor, device, reason, outcome } = checked
        await settlement.end({ ...attempt, factor, device }, leaves, outcome, reason, db)
        return checked
      }),
    )
    if (checked.lastSms !== undefined) phoneFactors.refreshSms(subject, checked.lastSms)
    return { kind: 'settled', txid: attempt.txid, outcome: checked.outcome }
  }
}
