import { randomUUID } from 'node:crypto'
import { statusMessage } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import { DeliveryError, type PushPort } from '../../messaging/messaging.ts'
import { type Attempt, toOpening } from '../../sign_in/transaction/attempt.ts'
import type { Joined, JoinedRequests } from '../../sign_in/transaction/joined_requests.ts'
import {
  answerSecs,
  type Denial,
  type Verification,
} from '../../sign_in/transaction/transaction.ts'
import type { Transactions } from '../../sign_in/transaction/transactions.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import { openedAfterAll } from '../../store/unknown_outcome.ts'
import type { CapablePhone } from '../phone/capable_phone.ts'
import type {
  PhoneFactor,
  PhoneFactorOptions,
  PhoneFactorStart,
  PushFatigueLimits,
} from '../phone/phone_factor.ts'
import { buildPrompt } from '../phone/phone_prompt.ts'
import { randomDigits, type VerificationCodes } from './verification_codes.ts'

export type PushPermission =
  | { readonly kind: 'send'; readonly repeatOf: string | undefined }
  /** A retry of a login whose push waits already. */
  | { readonly kind: 'joined'; readonly joined: Joined }
  | { readonly kind: 'held back'; readonly until: number }

/** Limits pushes that their users did not request. */
export interface PushPermissions {
  /** @param db The transaction in which the push is opened: concurrent requests are decided one by one. */
  decide(
    attempt: Attempt,
    userId: string,
    limits: PushFatigueLimits,
    db: StoreDb,
  ): Promise<PushPermission>
}

/** How long a code that the app shows is valid: the user types it into a new login. */
const shownCodeSecs = 180
const shownCodeDigits = 6

const codeShown: Denial = { result: 'deny', status: 'sent', status_msg: statusMessage.codeShown }
const codeExpired: Denial = {
  result: 'deny',
  status: 'deny',
  status_msg: statusMessage.codeExpired,
}

/** Pushes to the app. Its answer settles the sign-in (push_answers.ts). */
export class PushFactor implements PhoneFactor {
  readonly #store: Store
  readonly #transactions: Transactions
  readonly #joinedRequests: JoinedRequests
  readonly #permissions: PushPermissions
  readonly #verificationCodes: VerificationCodes
  readonly #pushes: PushPort | undefined
  readonly #clock: Clock

  constructor(
    store: Store,
    transactions: Transactions,
    joinedRequests: JoinedRequests,
    permissions: PushPermissions,
    verificationCodes: VerificationCodes,
    pushes: PushPort | undefined,
    clock: Clock,
  ) {
    this.#store = store
    this.#transactions = transactions
    this.#joinedRequests = joinedRequests
    this.#permissions = permissions
    this.#verificationCodes = verificationCodes
    this.#pushes = pushes
    this.#clock = clock
  }

  /**
   * Sends a push. With verified push, the code of preauth must be typed into the app; if preauth returned
   * none, the app shows a code that the user types into a new login.
   */
  async begin(
    attempt: Attempt,
    phone: CapablePhone,
    { verifiedPush, verificationTxid, pushFatigue: limits }: PhoneFactorOptions,
  ): Promise<PhoneFactorStart> {
    if (!verifiedPush) return await this.#send(attempt, phone, limits, undefined)
    if (verificationTxid === undefined) return await this.#sendShownCode(attempt, phone, limits)
    const holder = { userId: phone.userId, ikey: attempt.request.integration.ikey }
    const now = this.#clock.now()
    const code = await this.#verificationCodes.take(verificationTxid, holder, now, this.#store.db)
    if (code === undefined) {
      const { txid } = attempt
      return { kind: 'ended', txid, outcome: codeExpired, reason: 'verification_code_missing' }
    }
    const verified = { ...attempt, txid: verificationTxid }
    return await this.#send(verified, phone, limits, { kind: 'enter', code })
  }

  /** The login ends, and the push waits for the code in the next login. */
  async #sendShownCode(
    attempt: Attempt,
    phone: CapablePhone,
    limits: PushFatigueLimits,
  ): Promise<PhoneFactorStart> {
    const { txid } = attempt
    const code = randomDigits(shownCodeDigits)
    const push = { ...attempt, txid: randomUUID() }
    const sent = await this.#send(push, phone, limits, { kind: 'show', code }, shownCodeSecs)
    return sent.kind === 'waiting'
      ? { kind: 'ended', txid, outcome: codeShown, reason: 'verification_code_sent' }
      : { ...sent, txid }
  }

  async #send(
    push: Attempt,
    phone: CapablePhone,
    limits: PushFatigueLimits,
    verification: Verification | undefined,
    lifeSecs = answerSecs,
  ): Promise<PhoneFactorStart> {
    const { txid } = push
    const { phoneId, userId } = phone
    const open = () =>
      this.#store.transaction(async (db) => {
        const permission = await this.#permissions.decide(push, userId, limits, db)
        if (permission.kind === 'send') {
          const { repeatOf } = permission
          const opening = toOpening({ ...push, repeatOf }, { phoneId, verification })
          await this.#transactions.open(opening, pushedStatus(verification), lifeSecs, db)
          const ended = { kind: 'settled', outcome: codeShown } as const
          const decidedBy = verification?.kind === 'show' ? ended : { txid, slot: 0 }
          await this.#joinedRequests.claim(push, decidedBy, db)
        }
        return permission
      })
    const isOpen = () => this.#transactions.exists(txid)
    const sent: PushPermission = { kind: 'send', repeatOf: undefined }
    const permission = await openedAfterAll(open, isOpen, sent)
    if (permission.kind === 'joined') {
      const { joined } = permission
      return { kind: 'waiting', txid: joined.txid, slot: joined.slot }
    }
    if (permission.kind === 'held back') {
      const minutes = Math.ceil((permission.until - this.#clock.now()) / 60_000)
      return { kind: 'ended', txid, outcome: heldBack(minutes), reason: 'anomalous_push' }
    }
    try {
      const expires = this.#clock.now() + lifeSecs * 1000
      await this.#pushes?.send(buildPrompt(push, phone, expires))
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      // users who open the app still find the request there
      const failed = { status: 'push_failed', status_msg: statusMessage.pushFailed }
      await this.#transactions.progress(txid, failed)
    }
    return { kind: 'waiting', txid }
  }
}

function pushedStatus(verification: Verification | undefined) {
  return {
    status: 'pushed',
    status_msg:
      verification?.kind === 'enter'
        ? `Please enter verification code ${verification.code} into the app on your device...`
        : statusMessage.pushed,
  }
}

function heldBack(minutes: number): Denial {
  return {
    result: 'deny',
    status: 'deny',
    status_msg: `Too many login requests were not approved. Use a passcode, or try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
  }
}
