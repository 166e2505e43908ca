import { statusMessage } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import type { AuthenticationLog } from '../../audit/authentication_log.ts'
import { DeliveryError } from '../../messaging/messaging.ts'
import type { Attempt } from '../../sign_in/transaction/attempt.ts'
import type { Denial } from '../../sign_in/transaction/transaction.ts'
import type { CapablePhone } from '../phone/capable_phone.ts'
import type { PhoneFactor, PhoneFactorStart, SingleTransactions } from '../phone/phone_factor.ts'
import { undelivered } from '../phone/undelivered.ts'
import { portalSmsLimitReached } from './portal_sms_limit.ts'
import type { SmsBatches } from './sms_batches.ts'

const sending = { status: 'sending', status_msg: statusMessage.smsSending }
const sent: Denial = { result: 'deny', status: 'sent', status_msg: statusMessage.smsSent }
const limited: Denial = { result: 'deny', status: 'deny', status_msg: statusMessage.telephonyLimit }

/** Passcodes by SMS. The sign-in that requested them ends; the user signs in again with one of them. */
export class SmsFactor implements PhoneFactor {
  readonly #transactions: SingleTransactions
  readonly #batches: SmsBatches
  readonly #log: AuthenticationLog
  readonly #clock: Clock

  constructor(
    transactions: SingleTransactions,
    batches: SmsBatches,
    log: AuthenticationLog,
    clock: Clock,
  ) {
    this.#transactions = transactions
    this.#batches = batches
    this.#log = log
    this.#clock = clock
  }

  /** Sends a batch. A retry waits for the first message, whose outcome is never an approval. */
  async begin(attempt: Attempt, phone: CapablePhone): Promise<PhoneFactorStart> {
    const { txid, request } = attempt
    const { integration, budget } = request
    const opened = await this.#transactions.open(attempt, phone, sending, async (db) => {
      if (budget !== 'portal') return true
      const now = this.#clock.now()
      return !(await portalSmsLimitReached(phone.userId, integration.ikey, now, this.#log, db))
    })
    if (opened.kind === 'joined') return { kind: 'waiting', ...opened.joined }
    if (opened.kind === 'already waiting') return { kind: 'waiting', txid: opened.first.txid }
    if (opened.kind === 'refused') {
      return { kind: 'ended', txid, outcome: limited, reason: 'telephony_limit' }
    }
    try {
      await this.#batches.send(phone, integration.name, txid)
      return { kind: 'to settle', txid, outcome: sent, reason: 'sms_sent' }
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      return undelivered(txid, error, statusMessage.smsFailed)
    }
  }
}
