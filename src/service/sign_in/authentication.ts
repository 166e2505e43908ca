import { randomUUID, timingSafeEqual } from 'node:crypto'
import { type Device, readPrompt, statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { Integration } from '../applications/integrations.ts'
import type { PhoneFactor } from '../authenticators/phone/capable_phone.ts'
import { type PushDecision, pushAnswers, wrongCodes } from '../authenticators/push/push_decision.ts'
import type { VerificationCodes } from '../authenticators/push/verification_codes.ts'
import type { Delivery } from '../messaging/messaging.ts'
import type { Store } from '../store/store.ts'
import { deviceList } from './device_list.ts'
import type { Attempt, SignInAttemptRequest } from './journal.ts'
import type { Lockout } from './lockout.ts'
import { PasscodeFactor } from './passcode_factor.ts'
import { type Asked, answerSecs, type PhoneFactors, randomDigits } from './phone_factors.ts'
import { refusedName } from './policy.ts'
import { type PromptText, promptText } from './prompt_text.ts'
import { logRefusedName } from './refused_name.ts'
import { type Settlement, toOutcome } from './settlement.ts'
import { type Directory, readSubject, type Subject } from './subject.ts'
import { ToldStatuses } from './transaction/told_statuses.ts'
import {
  type Caller,
  isOverdue,
  type Outcome,
  type Transaction,
  timedOut,
  type Waiting,
} from './transaction/transaction.ts'
import type { Transactions } from './transaction/transactions.ts'
import { UserQueue } from './user_queue.ts'

export interface AuthRequest extends SignInAttemptRequest {
  readonly integration: Integration
}

/** The second factor, as a client names it. */
export type ChosenFactor =
  | { readonly factor: 'passcode'; readonly passcode: string }
  | {
      readonly factor: 'auto' | PhoneFactor
      readonly device: string | number
      /** The txid that preauth returned with the verification code. */
      readonly txid?: string | undefined
    }
  | { readonly factor: 'prompt'; readonly prompt: string; readonly txid?: string | undefined }

export type PreauthOutcome =
  | {
      readonly result: 'auth'
      readonly status_msg: string
      readonly devices: readonly Device[]
      readonly prompt: PromptText
      readonly verification: LoginVerification | undefined
    }
  | { readonly result: 'allow' | 'deny' | 'enroll'; readonly status_msg: string }
  | { readonly result: 'no such user' }

/** A code that the login shows for the push that it requests next. */
export interface LoginVerification {
  readonly txid: string
  readonly code: string
  /** In milliseconds since 1970. */
  readonly expires: number
}

/** `not enrolled` is settled as well: the user has no device that could be asked. */
export type AuthOutcome =
  | Asked
  | { readonly kind: 'not enrolled'; readonly txid: string; readonly outcome: Outcome }
  | { readonly kind: 'no such user' }

export interface AuthenticationParts {
  readonly store: Store
  readonly directory: Directory
  readonly lockout: Lockout
  readonly transactions: Transactions
  readonly verificationCodes: VerificationCodes
  readonly settlement: Settlement
  readonly phoneFactors: PhoneFactors
  readonly delivery: Delivery
  readonly log: Log
  readonly clock: Clock
}

/** How long a poll is held while nothing changes. */
const pollMs = 30_000
/**
 * Every release of Duo Unix up to 2.2.3 polls twenty times and then LETS THE USER IN if no reply was
 * final. A push lives for a minute and a poll is held for half of that, so that an ordinary client
 * gets three or four replies. This bound also holds if the status keeps changing, if nodes restart,
 * and if a client polls several nodes in turn.
 */
const maxWaitingReplies = 14
const loginCodeMs = 60_000
/** How many wrong verification codes end a push. */
const maxWrongCodes = 3

/**
 * The shortest time for a refusal. Checking a wrong code takes some milliseconds longer for a user with
 * a token than for an unknown user; the response time must not reveal which it was.
 */
const refusalMs = 25
/** Limits of the queues per user; clients do not wait much longer for a reply. */
const queue = { waiting: 400, waitingInAll: 5000, maxWaitMs: 5000 }
const guessWaitMs = 3000

/** The second factor of a sign-in: whether it is required, which ones are possible, and the outcome. */
export class Authentication {
  readonly #parts: AuthenticationParts
  readonly #told = new ToldStatuses()
  /** Keyed by budget and typed name: requests at the portal must not delay sign-ins of the same user. */
  readonly #reads = new UserQueue({ ...queue, atOnce: 8 })
  readonly #passcodes: PasscodeFactor

  constructor(parts: AuthenticationParts) {
    this.#parts = parts
    this.#passcodes = new PasscodeFactor(parts, { ...queue, maxWaitMs: guessWaitMs })
  }

  /**
   * Decides whether a user may sign in, and with which of their devices.
   *
   * @param options.showsCode Whether the login can show the code of a verified push.
   */
  async preauth(
    request: AuthRequest,
    options: { readonly showsCode: boolean } = { showsCode: false },
  ): Promise<PreauthOutcome> {
    const subject = await this.#subject(request)
    if (subject === undefined) return { result: 'no such user' }
    const { user, phones, tokens, decision } = subject
    switch (decision.kind) {
      case 'allow':
      case 'deny':
        await this.#parts.settlement.end(
          buildAttempt(request, subject),
          false,
          toOutcome(decision),
          decision.reason,
        )
        return { result: decision.kind, status_msg: decision.statusMsg }
      case 'enroll':
        return { result: 'enroll', status_msg: decision.statusMsg }
      case 'auth': {
        const nextDigits = await this.#nextDigits(user?.userId)
        const verification = options.showsCode ? await this.#toldCode(request, subject) : undefined
        return {
          result: 'auth',
          status_msg: statusMessage.active,
          devices: deviceList(phones, tokens, nextDigits),
          prompt: promptText(user?.username ?? '', phones, nextDigits, verification?.code),
          verification,
        }
      }
    }
  }

  /**
   * Asks for the second factor. It repeats the decision of preauth, so that a caller that skips preauth
   * lets in nobody that preauth would have denied.
   *
   * @param options.async Whether the caller will ask for the outcome by the txid.
   */
  async auth(
    request: AuthRequest,
    chosen: ChosenFactor,
    options: { readonly async: boolean },
  ): Promise<AuthOutcome> {
    const began = this.#parts.clock.now()
    const answer = await this.#auth(request, chosen, options)
    if ('outcome' in answer && answer.outcome.result === 'deny') {
      await passed(refusalMs - (this.#parts.clock.now() - began))
    }
    return answer
  }

  async #auth(
    request: AuthRequest,
    chosen: ChosenFactor,
    { async }: { readonly async: boolean },
  ): Promise<AuthOutcome> {
    const subject = await this.#subject(request)
    if (subject === undefined) return { kind: 'no such user' }
    const { decision } = subject
    const attempt = buildAttempt(request, subject)
    if (decision.kind !== 'auth') {
      const outcome = toOutcome(decision)
      await this.#parts.settlement.end(attempt, async, outcome, decision.reason)
      const kind = decision.kind === 'enroll' ? 'not enrolled' : 'settled'
      return { kind, txid: attempt.txid, outcome }
    }
    if (subject.user === undefined) return { kind: 'no such user' }
    const { userId } = subject.user
    if (chosen.factor === 'passcode') {
      return await this.#passcodes.use(attempt, subject, userId, chosen.passcode, async)
    }
    const { phoneFactors } = this.#parts
    const { txid } = chosen
    if (chosen.factor !== 'prompt') {
      const { factor: way, device } = chosen
      return await phoneFactors.ask(attempt, subject, { way, device, txid, async })
    }
    const prompt = readPrompt(chosen.prompt)
    if (prompt.kind !== 'factor') {
      return await this.#passcodes.use(attempt, subject, userId, chosen.prompt, async)
    }
    const { factor: way, phone: device = 'auto' } = prompt
    return await phoneFactors.ask(attempt, subject, { way, device, txid, async })
  }

  /** Logs an enrolment that an application asked for and that was refused for its username. */
  async enrolmentRefused(request: AuthRequest): Promise<void> {
    const subject = await this.#subject(request)
    if (subject?.nameRefusal === undefined) return
    const decision = refusedName[subject.nameRefusal.kind]
    await this.#parts.settlement.end(
      buildAttempt(request, subject),
      false,
      toOutcome(decision),
      decision.reason,
    )
  }

  /** Waits for the outcome of a transaction that `auth` left waiting, within the answer time. */
  async awaitOutcome(txid: string, caller?: Caller): Promise<Outcome> {
    const { transactions, settlement } = this.#parts
    const transaction = await transactions.awaitOutcome(txid, answerSecs * 1000, caller)
    // the caller has hung up, but the user may still answer: leave the transaction waiting
    if (transaction === undefined || caller?.destroyed === true) return timedOut
    const { outcome } = transaction
    if (outcome.result !== 'waiting') return outcome
    // also while the service stops: nobody waits for the answer any more
    return await settlement.timeOut(transaction)
  }

  /**
   * The status of a transaction: the first poll returns at once, later ones as soon as it changes or
   * after half a minute.
   *
   * @returns `undefined` if this application has no such transaction.
   */
  async status(
    txid: string,
    ikey: string,
    caller?: Caller,
  ): Promise<Outcome | Waiting | undefined> {
    const { transactions, settlement, clock } = this.#parts
    let transaction = await transactions.byTxid(txid)
    if (transaction === undefined || transaction.ikey !== ikey) return undefined
    if (this.#told.knows(transaction)) {
      const { status } = transaction.outcome
      transaction = (await transactions.awaitChange(txid, status, pollMs, caller)) ?? transaction
      // the caller gets no reply, so none is counted
      if (caller?.destroyed === true) return transaction.outcome
    }
    if (isOverdue(transaction, clock.now())) return await settlement.timeOut(transaction)
    const { outcome } = transaction
    if (outcome.result !== 'waiting') {
      this.#told.forget(txid)
      return outcome
    }
    const replies = await transactions.waitingReply(txid)
    // settled meanwhile, or polled too often: in both cases this reply is final
    if (replies === 0 || replies > maxWaitingReplies) return await settlement.timeOut(transaction)
    this.#told.keep(transaction)
    return outcome
  }

  /**
   * Settles a waiting transaction with the user's answer.
   *
   * @returns Whether it was waiting.
   */
  async settle(txid: string, outcome: Outcome, reason: string): Promise<boolean> {
    this.#told.forget(txid)
    return await this.#parts.settlement.settle(txid, outcome, reason)
  }

  /** Changes the status of a transaction that goes on waiting, such as a call that was answered. */
  async progress(txid: string, standing: Omit<Waiting, 'result'>): Promise<void> {
    await this.#parts.transactions.progress(txid, standing)
  }

  /** The pushes that wait for an answer from this phone, oldest first. */
  async waitingFor(phoneId: string): Promise<Transaction[]> {
    const waiting = await this.#parts.transactions.waitingFor(phoneId)
    return waiting.filter(({ factor }) => factor === 'push')
  }

  /**
   * Takes the answer of an authenticated phone to a push.
   *
   * @param code What the user typed into the app, if the login shows a code.
   * @returns `gone` if the push has ended or was sent to another phone; `wrong_code` if the code is
   *   wrong. A push whose code the app shows can only be denied here.
   */
  async answer(
    txid: string,
    phoneId: string,
    decision: PushDecision,
    code?: string,
  ): Promise<'settled' | 'gone' | 'wrong_code'> {
    const { transactions, clock } = this.#parts
    const transaction = await transactions.byTxid(txid)
    if (
      transaction === undefined ||
      transaction.phoneId !== phoneId ||
      transaction.factor !== 'push' ||
      transaction.outcome.result !== 'waiting' ||
      isOverdue(transaction, clock.now())
    ) {
      return 'gone'
    }
    if (decision === 'approve' && !(await this.#isVerified(transaction, code))) return 'wrong_code'
    const { outcome, reason } = pushAnswers[decision]
    return (await this.settle(txid, outcome, reason)) ? 'settled' : 'gone'
  }

  /** Marks a finished sign-in as one that its user did not request. */
  async reportFraud(userId: string, txid: string): Promise<boolean> {
    return await this.#parts.settlement.reportFraud(userId, txid)
  }

  /** Settles what nobody answered in time, and deletes old transactions, codes and counts. */
  async tidy(): Promise<void> {
    const { transactions, verificationCodes, settlement, lockout, clock } = this.#parts
    const overdue = await transactions.overdue()
    await Promise.all(overdue.map((transaction) => settlement.timeOut(transaction)))
    this.#told.prune(clock.now())
    await transactions.prune()
    await verificationCodes.prune(clock.now())
    await lockout.forget(clock.now())
  }

  async #isVerified({ txid, verification }: Transaction, code: string | undefined) {
    if (verification === undefined) return true
    if (verification.kind === 'show') return false
    if (code !== undefined && isSame(code.trim(), verification.code)) return true
    const { store, transactions } = this.#parts
    const wrong = await store.transaction((db) => transactions.wrongCode(txid, db))
    if (wrong >= maxWrongCodes) {
      await this.settle(txid, wrongCodes.outcome, wrongCodes.reason)
    }
    return false
  }

  async #nextDigits(userId: string | undefined): Promise<ReadonlyMap<string, string>> {
    const { delivery, directory, clock } = this.#parts
    if (delivery.sms === undefined || userId === undefined) return new Map()
    return await directory.smsPasscodes.nextDigits(userId, clock.now())
  }

  /** The code for the login's next push, if the application requires one. */
  async #toldCode(
    { integration }: AuthRequest,
    { user, phones, verifiedPush }: Subject,
  ): Promise<LoginVerification | undefined> {
    const canPush = phones.some(({ capabilities }) => capabilities.includes('push'))
    if (verifiedPush === 'off' || user === undefined || !canPush) return undefined
    const { verificationCodes, clock } = this.#parts
    const [txid, code] = [randomUUID(), randomDigits(integration.verifiedPushDigits)]
    const expires = clock.now() + loginCodeMs
    const holder = { userId: user.userId, ikey: integration.ikey }
    await verificationCodes.keep(txid, holder, code, expires)
    return { txid, code, expires }
  }

  async #subject(request: AuthRequest): Promise<Subject | undefined> {
    const { named, integration, budget = 'sign-in' } = request
    const name = 'userId' in named ? named.userId : named.username.trim().toLowerCase()
    const subject = await this.#reads.run(`${budget} ${name}`, () =>
      readSubject(named, integration, this.#parts.clock.now(), this.#parts, budget),
    )
    if (subject?.nameRefusal !== undefined)
      logRefusedName(request, subject.nameRefusal, this.#parts.log)
    return subject
  }
}

function buildAttempt(asking: SignInAttemptRequest, { user }: Subject): Attempt {
  return { txid: randomUUID(), asking, user, factor: '', device: '' }
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}

function passed(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms))
}
