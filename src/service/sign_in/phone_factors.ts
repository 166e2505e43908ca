import { randomInt, randomUUID } from 'node:crypto'
import { statusMessage } from '../../duo/index.ts'
import type { Log } from '../../host/log.ts'
import type { AuthenticationLog } from '../audit/authentication_log.ts'
import {
  type CapablePhone,
  type PhoneFactor,
  phoneFor,
} from '../authenticators/phone/capable_phone.ts'
import type { VerificationCodes } from '../authenticators/push/verification_codes.ts'
import {
  deliverPasscodes,
  type PasscodeDeliveryParts,
} from '../authenticators/sms/deliver_passcodes.ts'
import { type Delivery, DeliveryError, type PhonePrompt } from '../messaging/messaging.ts'
import { smsText } from '../messaging/sms/sms_text.ts'
import type { StoreDb } from '../store/store.ts'
import type { Attempt } from './journal.ts'
import type { Lockout } from './lockout.ts'
import { hasEnoughMessages } from './portal_messages.ts'
import { maskedNumber } from './prompt_text.ts'
import type { PushFatigueSettings } from './push_fatigue.ts'
import { PushLimit } from './push_limit.ts'
import { findFirsts, isSameSource } from './repeats.ts'
import { type Settlement, toOpening } from './settlement.ts'
import type { Subject } from './subject.ts'
import type { Outcome, Transaction, Verification, Waiting } from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'

/** How a phone is chosen and asked. */
export interface PhoneChoice {
  readonly way: 'auto' | PhoneFactor
  /** `auto`, `DP…`, or the phone's number in the list. */
  readonly device: string | number
  /** The txid that preauth returned with the verification code. */
  readonly txid: string | undefined
  /** Whether the caller will ask for the outcome by the txid. */
  readonly async: boolean
}

/** An authentication that has ended, waits for a phone, or can't begin. */
export type Asked =
  | { readonly kind: 'settled'; readonly txid: string; readonly outcome: Outcome }
  | { readonly kind: 'waiting'; readonly txid: string }
  | { readonly kind: 'no capable device'; readonly txid: string; readonly outcome: Outcome }

/** What is sent in an SMS. */
export interface SmsSettings {
  /** Passcodes per message: 1 to 10. */
  readonly count: number
  /** 0 for no expiry. */
  readonly validMinutes: number
  /** Text before the passcodes; may be empty. */
  readonly message: string
  /** Whether the last passcode of a batch causes another batch to be sent. */
  readonly refresh: boolean
}

export interface PhoneFactorsParts extends PasscodeDeliveryParts {
  readonly transactions: Transactions
  readonly verificationCodes: VerificationCodes
  readonly settlement: Settlement
  readonly lockout: Lockout
  readonly log: AuthenticationLog
  readonly delivery: Delivery
  readonly fatigue: PushFatigueSettings
  readonly sms: SmsSettings
  readonly programLog: Log
}

type OpenedOnce =
  | { readonly kind: 'opened' | 'refused' }
  | { readonly kind: 'waits already'; readonly first: Transaction }

/** How long a phone may take to answer. */
export const answerSecs = 60
/** How long a code that the app shows is valid: the user types it into a new login. */
const shownCodeSecs = 180
const shownCodeDigits = 6

/** The factors that go to a phone: push, phone call and SMS. */
export class PhoneFactors {
  readonly #parts: PhoneFactorsParts
  readonly #pushLimit: PushLimit

  constructor(parts: PhoneFactorsParts) {
    this.#parts = parts
    this.#pushLimit = new PushLimit(parts)
  }

  /** Asks one of the user's phones. */
  async ask(attempt: Attempt, subject: Subject, choice: PhoneChoice): Promise<Asked> {
    const tried: readonly PhoneFactor[] = choice.way === 'auto' ? ['push', 'phone'] : [choice.way]
    for (const way of tried) {
      const phone = phoneFor(way, choice.device, subject.phones)
      if (phone === undefined) continue
      const asked = { ...attempt, factor: way, device: phone.phoneId }
      if (way === 'push') return await this.#push(asked, subject, phone, choice)
      return way === 'phone'
        ? await this.#call(asked, phone, choice.async)
        : await this.#sms(asked, phone, choice.async)
    }
    const ended = await this.#ended(attempt, choice.async, noCapableDevice, 'invalid_device')
    return { ...ended, kind: 'no capable device' }
  }

  async #push(
    attempt: Attempt,
    { verifiedPush }: Subject,
    phone: CapablePhone,
    { txid: told, async }: PhoneChoice,
  ): Promise<Asked> {
    if (verifiedPush === 'off') return await this.#openPush(attempt, phone, undefined, async)
    if (told === undefined) {
      const code = randomDigits(shownCodeDigits)
      return await this.#openPush(attempt, phone, { kind: 'show', code }, async)
    }
    const { verificationCodes, clock } = this.#parts
    const holder = { userId: phone.userId, ikey: attempt.asking.integration.ikey }
    const code = await verificationCodes.take(told, holder, clock.now())
    if (code === undefined) {
      return await this.#ended(attempt, async, codeExpired, 'verification_code_missing')
    }
    const named = { ...attempt, txid: told }
    return await this.#openPush(named, phone, { kind: 'enter', code }, async)
  }

  async #openPush(
    attempt: Attempt,
    phone: CapablePhone,
    verification: Verification | undefined,
    async: boolean,
  ): Promise<Asked> {
    const { store, transactions, delivery, clock } = this.#parts
    const { phoneId } = phone
    const shown = verification?.kind === 'show'
    const lifeSecs = shown ? shownCodeSecs : answerSecs
    // if the app shows the code, this login ends here and the push waits for the next login
    const pushed = shown ? { ...attempt, txid: randomUUID() } : attempt
    const { txid } = pushed
    const permission = await store.transaction(async (db) => {
      const permission = await this.#pushLimit.ask(attempt, phone.userId, db)
      if (permission.kind === 'send') {
        const { repeatOf } = permission
        const opening = toOpening({ ...pushed, repeatOf }, { phoneId, verification })
        await transactions.open(opening, pushedWith(verification), lifeSecs, db)
      }
      return permission
    })
    if (permission.kind === 'held back') {
      const minutes = Math.ceil((permission.until - clock.now()) / 60_000)
      return await this.#ended(attempt, async, pushHeldBack(minutes), 'anomalous_push')
    }
    const request = this.#delivered(pushed, phone, lifeSecs)
    try {
      await delivery.push?.send(request)
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      // a user who opens the app still finds it there
      const failed = { status: 'push_failed', status_msg: statusMessage.pushFailed }
      await transactions.progress(txid, failed)
    }
    if (!shown) return { kind: 'waiting', txid }
    return await this.#ended(attempt, async, codeShown, 'verification_code_sent')
  }

  /**
   * Calls a phone, unless it is being called for the same user and application already. A retry from
   * the same client address then waits for the outcome of that call. From another address, or an
   * unknown one, it is denied: that call's approval must not let it in.
   */
  async #call(attempt: Attempt, phone: CapablePhone, async: boolean): Promise<Asked> {
    const { delivery, settlement } = this.#parts
    const { txid } = attempt
    const dialing = {
      status: 'calling',
      status_msg: `Dialing ${maskedNumber(phone.number)}...`,
    }
    const opened = await this.#openOnce(attempt, phone, dialing)
    if (opened.kind === 'waits already') {
      return isSameSource(attempt, opened.first)
        ? { kind: 'waiting', txid: opened.first.txid }
        : await this.#ended(attempt, async, callUnderWay, 'call_under_way')
    }
    try {
      const placed = await delivery.phone?.call(this.#delivered(attempt, phone, answerSecs))
      if (placed === 'passcode spoken') {
        await settlement.settle(txid, passcodeSpoken, 'passcode_spoken')
      }
      return { kind: 'waiting', txid }
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      return await this.#notDelivered(txid, error, statusMessage.callFailed)
    }
  }

  /** Sends a message. A client's retry waits for the same one, whose outcome is never an approval. */
  async #sms(attempt: Attempt, phone: CapablePhone, async: boolean): Promise<Asked> {
    const { settlement, log, clock } = this.#parts
    const { txid, asking } = attempt
    const { userId } = phone
    const { ikey } = asking.integration
    const opened = await this.#openOnce(attempt, phone, sending, async (db) => {
      if (asking.budget !== 'portal') return true
      return !(await hasEnoughMessages({ userId, ikey }, clock.now(), log, db))
    })
    if (opened.kind === 'waits already') return { kind: 'waiting', txid: opened.first.txid }
    if (opened.kind === 'refused') {
      return await this.#ended(attempt, async, tooManyMessages, 'telephony_limit')
    }
    try {
      await this.#sendPasscodes(phone, asking.integration.name, txid)
      await settlement.settle(txid, smsSent, 'sms_sent')
      return { kind: 'settled', txid, outcome: smsSent }
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error
      return await this.#notDelivered(txid, error, statusMessage.smsFailed)
    }
  }

  /**
   * Opens a transaction with the user's row locked, so that only one of several concurrent requests on
   * all nodes does.
   *
   * @param mayOpen Whether another transaction may be opened; evaluated under the same lock.
   */
  async #openOnce(
    attempt: Attempt,
    { userId, phoneId }: CapablePhone,
    waiting: Omit<Waiting, 'result'>,
    mayOpen: (db: StoreDb) => Promise<boolean> = async () => true,
  ): Promise<OpenedOnce> {
    const { store, lockout, transactions, clock } = this.#parts
    const { integration, budget } = attempt.asking
    return await store.transaction(async (db) => {
      const source = { userId, ikey: integration.ikey, address: '', budget }
      await lockout.hold(source, clock.now(), db)
      const [first] = findFirsts(attempt, await transactions.waitingForUser(userId, db))
      if (first !== undefined) return { kind: 'waits already', first }
      if (!(await mayOpen(db))) return { kind: 'refused' }
      const opening = toOpening(attempt, { phoneId, verification: undefined })
      await transactions.open(opening, waiting, answerSecs, db)
      return { kind: 'opened' }
    })
  }

  async #notDelivered(txid: string, error: DeliveryError, otherwise: string): Promise<Asked> {
    const outcome = notDelivered(error, otherwise)
    await this.#parts.settlement.settle(txid, outcome, failureReason(error))
    return { kind: 'settled', txid, outcome }
  }

  /**
   * Sends another batch after the last passcode of one was used, if the settings say so. The login does
   * not wait for it.
   */
  refreshSms({ phones }: Subject, phoneId: string): void {
    const { sms, delivery, programLog } = this.#parts
    const phone = phones.find((candidate) => candidate.phoneId === phoneId)
    if (!sms.refresh || delivery.sms === undefined || phone === undefined) return
    this.#sendPasscodes(phone, '', null).catch((error: unknown) => {
      programLog.warn('no new passcodes were sent', { phoneId, error: String(error) })
    })
  }

  async #sendPasscodes(
    { phoneId, userId, number }: CapablePhone,
    application: string,
    txid: string | null,
  ): Promise<void> {
    const { sms, delivery } = this.#parts
    const { count, validMinutes, message } = sms
    await deliverPasscodes(this.#parts, { phoneId, userId, count, validMinutes }, async (codes) => {
      const text = smsText(codes, application, message)
      await delivery.sms?.send({ phoneId, userId, number, text, txid, context: 'authentication' })
    })
  }

  async #ended(
    attempt: Attempt,
    leaves: boolean,
    outcome: Outcome,
    reason: string,
  ): Promise<Extract<Asked, { kind: 'settled' }>> {
    await this.#parts.settlement.end(attempt, leaves, outcome, reason)
    return { kind: 'settled', txid: attempt.txid, outcome }
  }

  #delivered({ txid, asking, user }: Attempt, phone: CapablePhone, lifeSecs: number): PhonePrompt {
    const { integration, ipaddr, hostname } = asking
    return {
      txid,
      phoneId: phone.phoneId,
      userId: phone.userId,
      number: phone.number,
      application: integration.name,
      username: user?.username ?? '',
      ipaddr,
      hostname,
      expires: this.#parts.clock.now() + lifeSecs * 1000,
    }
  }
}

const smsSent: Outcome = { result: 'deny', status: 'sent', status_msg: statusMessage.smsSent }
const passcodeSpoken: Outcome = {
  result: 'deny',
  status: 'sent',
  status_msg: statusMessage.passcodeSpoken,
}
const tooManyMessages: Outcome = {
  result: 'deny',
  status: 'deny',
  status_msg: statusMessage.telephonyLimit,
}
const sending = { status: 'sending', status_msg: statusMessage.smsSending }
const callUnderWay: Outcome = {
  result: 'deny',
  status: 'deny',
  status_msg: statusMessage.callUnderWay,
}
const codeShown: Outcome = { result: 'deny', status: 'sent', status_msg: statusMessage.codeShown }
const noCapableDevice: Outcome = {
  result: 'deny',
  status: 'deny',
  status_msg: statusMessage.noCapableDevice,
}
const codeExpired: Outcome = {
  result: 'deny',
  status: 'deny',
  status_msg: statusMessage.codeExpired,
}

function pushedWith(verification: Verification | undefined) {
  const enter = verification?.kind === 'enter' ? verification.code : undefined
  return {
    status: 'pushed',
    status_msg:
      enter === undefined
        ? statusMessage.pushed
        : `Please enter verification code ${enter} into the app on your device...`,
  }
}

function pushHeldBack(minutes: number): Outcome {
  return {
    result: 'deny',
    status: 'deny',
    status_msg: `Too many login requests were not approved. Use a passcode, or try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
  }
}

function notDelivered({ code }: DeliveryError, otherwise: string): Outcome {
  const status_msg = code === 'DELIVERY_LIMIT' ? statusMessage.telephonyLimit : otherwise
  return { result: 'deny', status: 'deny', status_msg }
}

function failureReason({ code }: DeliveryError): string {
  return code === 'DELIVERY_LIMIT' ? 'telephony_limit' : 'delivery_failed'
}

/** Unpredictable digits. */
export function randomDigits(count: number): string {
  return String(randomInt(10 ** count)).padStart(count, '0')
}
