import type { Clock } from '../../host/clock.ts'
import type { CapablePhone } from '../authenticators/phone/capable_phone.ts'
import type { PhoneFactor, PushFatigueLimits } from '../authenticators/phone/phone_factor.ts'
import type { VerificationCodes } from '../authenticators/push/verification_codes.ts'
import type { StoreDb } from '../store/store.ts'
import type { Settlement } from './settlement.ts'
import { type AttemptRequest, newAttempt } from './transaction/attempt.ts'
import type { Transactions } from './transaction/transactions.ts'

/** A push that was sent, or why it was not. */
export type SentVerification =
  | { readonly kind: 'sent'; readonly pushId: string; readonly code: string }
  | { readonly kind: 'refused'; readonly message: string }

export type VerificationAnswer = 'waiting' | 'approve' | 'deny' | 'fraud'

const codeDigits = 3
/** How long an answer can be read. */
const readableMs = 120_000
const pushType = 'Identity check by your help desk'

/**
 * Pushes by which a help desk verifies a caller: the caller types the code that the help desk reads out
 * into the app. The push belongs to the application that sends it, and signs nobody in.
 */
export class VerificationPush {
  readonly #pushes: PhoneFactor
  readonly #codes: VerificationCodes
  readonly #transactions: Transactions
  readonly #settlement: Settlement
  readonly #limits: { readonly push_fatigue: PushFatigueLimits }
  readonly #clock: Clock

  constructor(
    pushes: PhoneFactor,
    codes: VerificationCodes,
    transactions: Transactions,
    settlement: Settlement,
    limits: { readonly push_fatigue: PushFatigueLimits },
    clock: Clock,
  ) {
    this.#pushes = pushes
    this.#codes = codes
    this.#transactions = transactions
    this.#settlement = settlement
    this.#limits = limits
    this.#clock = clock
  }

  async send(
    integration: AttemptRequest['integration'],
    user: { readonly userId: string; readonly username: string },
    phone: CapablePhone,
  ): Promise<SentVerification> {
    const { userId } = user
    const request = {
      ...{ integration, user: { userId }, ipaddr: '', hostname: '' },
      shown: { type: pushType },
    }
    const holder = { userId, ikey: integration.ikey }
    const { txid, code } = await this.#codes.issue(holder, codeDigits, this.#clock.now())
    const attempt = { ...newAttempt(request, user), factor: 'push', device: phone.phoneId }
    const start = await this.#pushes.begin(attempt, phone, {
      verifiedPush: true,
      verificationTxid: txid,
      pushFatigue: this.#limits.push_fatigue,
    })
    if (start.kind === 'waiting') return { kind: 'sent', pushId: start.txid, code }
    const { outcome, reason } = start
    await this.#settlement.end({ attempt, outcome, reason }, { async: false })
    return { kind: 'refused', message: outcome.status_msg }
  }

  /** @returns `undefined` if there is no such push of this application, or no longer. */
  async answer(
    pushId: string,
    { ikey, userId }: { readonly ikey: string; readonly userId: string },
    db: StoreDb,
  ): Promise<VerificationAnswer | undefined> {
    const push = await this.#transactions.byTxid(pushId, db)
    if (push === undefined || push.ikey !== ikey || push.userId !== userId) return undefined
    const age = this.#clock.now() - push.opened
    if (age > readableMs || age < 0) return undefined
    const { result, status } = push.outcome
    if (result === 'waiting') return this.#clock.now() < push.expires ? 'waiting' : 'deny'
    if (result === 'allow') return 'approve'
    return status === 'fraud' ? 'fraud' : 'deny'
  }
}
