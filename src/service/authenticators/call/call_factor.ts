import { statusMessage } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import { DeliveryError, type PhonePort } from '../../messaging/messaging.ts'
import type { Attempt } from '../../sign_in/transaction/attempt.ts'
import { answerSecs, type Denial } from '../../sign_in/transaction/transaction.ts'
import type { CapablePhone } from '../phone/capable_phone.ts'
import type { PhoneFactor, PhoneFactorStart, SingleTransactions } from '../phone/phone_factor.ts'
import { maskedNumber } from '../phone/phone_label.ts'
import { buildPrompt } from '../phone/phone_prompt.ts'
import { undelivered } from '../phone/undelivered.ts'

const underWay: Denial = { result: 'deny', status: 'deny', status_msg: statusMessage.callUnderWay }
const spoken: Denial = { result: 'deny', status: 'sent', status_msg: statusMessage.passcodeSpoken }

/** Phone calls. The key that the user presses settles the sign-in (call_keys.ts). */
export class CallFactor implements PhoneFactor {
  readonly #transactions: SingleTransactions
  readonly #calls: PhonePort | undefined
  readonly #clock: Clock

  constructor(transactions: SingleTransactions, calls: PhonePort | undefined, clock: Clock) {
    this.#transactions = transactions
    this.#calls = calls
    this.#clock = clock
  }

  /**
   * Calls a phone, unless a call waits that this retry joins, or unless a call for the same user and application is under way. A retry from the same
   * client address then waits for that call. A request from another or an unknown address is denied,
   * because the approval of that call must not let it in.
   */
  async begin(attempt: Attempt, phone: CapablePhone): Promise<PhoneFactorStart> {
    const { txid } = attempt
    const opened = await this.#transactions.open(attempt, phone, {
      status: 'calling',
      status_msg: `Dialing ${maskedNumber(phone.number)}...`,
    })
    if (opened.kind === 'joined') return { kind: 'waiting', ...opened.joined }
    if (opened.kind === 'already waiting') {
      return opened.isSameSource
        ? { kind: 'waiting', txid: opened.first.txid }
        : { kind: 'ended', txid, outcome: underWay, reason: 'call_under_way' }
    }
    const prompt = buildPrompt(attempt, phone, this.#clock.now() + answerSecs * 1000)
    try {
      const placed = await this.#calls?.call(prompt)
      return placed === 'passcode spoken'
        ? { kind: 'to settle', txid, outcome: spoken, reason: 'passcode_spoken' }
        : { kind: 'waiting', txid }
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      return undelivered(txid, error, statusMessage.callFailed)
    }
  }
}
