import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import { type Device, readPrompt, statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { Integration } from '../access/integrations.ts'
import type { Delivered, Delivery } from '../delivery/delivery.ts'
import { type PhoneFactor, phoneFor } from '../factor/capable_device.ts'
import type { Store, StoreDb } from '../store/store.ts'
import {
  isOverdue,
  type Outcome,
  type SignInRequest,
  type Transaction,
  type Transactions,
  timedOut,
  type Waiting,
} from '../transaction/transactions.ts'
import { deviceList } from './device_list.ts'
import type { Asking, Attempt, Journal } from './journal.ts'
import type { Lockout } from './lockout.ts'
import { checkPasscode } from './passcode_check.ts'
import { maskedNumber, type PromptText, promptText } from './prompt_text.ts'
import { type Directory, readSubject, type Subject } from './subject.ts'

export interface AuthRequest extends Asking {
  readonly integration: Integration
}

/** The second factor, as a client names it. */
export type ChosenFactor =
  | { readonly factor: 'passcode'; readonly passcode: string }
  | { readonly factor: 'auto' | PhoneFactor; readonly device: string | number }
  | { readonly factor: 'prompt'; readonly prompt: string }

export type PreauthOutcome =
  | {
      readonly result: 'auth'
      readonly status_msg: string
      readonly devices: readonly Device[]
      readonly prompt: PromptText
    }
  | { readonly result: 'allow' | 'deny' | 'enroll'; readonly status_msg: string }
  | { readonly result: 'no such user' }

/** An authentication that has ended, one that waits for a phone, or one that can't begin. */
export type AuthOutcome =
  | { readonly kind: 'settled'; readonly txid: string; readonly outcome: Outcome }
  | { readonly kind: 'waiting'; readonly txid: string }
  | { readonly kind: 'no capable device' }
  | { readonly kind: 'no such user' }

export interface AuthenticationParts {
  readonly store: Store
  readonly directory: Directory
  readonly lockout: Lockout
  readonly transactions: Transactions
  readonly journal: Journal
  readonly delivery: Delivery
  readonly clock: Clock
}

/** How long a phone may take to answer. */
const answerSecs = 60
/** How long a poll is held while nothing changes: far from the nineteen replies that some clients bear. */
const pollMs = 30_000

/**
 * A refusal takes this long at least: a wrong code costs some milliseconds more where there is a
 * token than where there is no such user, and nobody is to see which it was.
 */
const refusalMs = 25

/** The second factor of a sign-in: whether it is asked for, what with, and what it proves. */
export class Authentication {
  readonly #parts: AuthenticationParts
  /** Those that wait, in the process that began them: what the log will want to know. */
  readonly #waiting = new Map<string, Attempt>()
  /** Transactions of which a caller has been told how they stand. */
  readonly #told = new Map<string, string>()

  constructor(parts: AuthenticationParts) {
    this.#parts = parts
  }

  /** Whether a user may sign in, and with which of his devices. */
  async preauth(request: AuthRequest): Promise<PreauthOutcome> {
    const subject = await this.#subject(request)
    if (subject === undefined) return { result: 'no such user' }
    const { user, phones, tokens, decision } = subject
    switch (decision.kind) {
      case 'allow':
      case 'deny':
        await this.#end(attemptOf(request, subject), false, outcomeOf(decision), decision.reason)
        return { result: decision.kind, status_msg: decision.statusMsg }
      case 'enroll':
        return { result: 'enroll', status_msg: decision.statusMsg }
      case 'auth':
        return {
          result: 'auth',
          status_msg: statusMessage.active,
          devices: deviceList(phones, tokens),
          prompt: promptText(user?.username ?? '', phones),
        }
    }
  }

  /**
   * Asks for the second factor. It also decides all that preauth decides, so that a caller who left
   * preauth out lets nobody in whom preauth would have kept out.
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
    if (answer.kind === 'settled' && answer.outcome.result === 'deny') {
      await passed(refusalMs - (this.#parts.clock.now() - began))
    }
    return answer
  }

  async #auth(
    request: AuthRequest,
    chosen: ChosenFactor,
    options: { readonly async: boolean },
  ): Promise<AuthOutcome> {
    const subject = await this.#subject(request)
    if (subject === undefined) return { kind: 'no such user' }
    const { decision } = subject
    const attempt = attemptOf(request, subject)
    if (decision.kind !== 'auth') {
      const outcome = outcomeOf(decision)
      await this.#end(attempt, options.async, outcome, decision.reason)
      return { kind: 'settled', txid: attempt.txid, outcome }
    }
    const prompt = chosen.factor === 'prompt' ? readPrompt(chosen.prompt) : undefined
    if (prompt?.kind === 'factor') {
      return await this.#phone(attempt, subject, prompt.factor, prompt.phone ?? 'auto')
    }
    if (chosen.factor !== 'prompt' && chosen.factor !== 'passcode') {
      return await this.#phone(attempt, subject, chosen.factor, chosen.device)
    }
    const typed = chosen.factor === 'passcode' ? chosen.passcode : chosen.prompt
    return await this.#passcode(attempt, subject, typed.replace(/\s+/g, ''), options.async)
  }

  /** Waits for one that `auth` left waiting, to its end. */
  async awaitOutcome(txid: string): Promise<Outcome> {
    const { transactions, clock } = this.#parts
    const transaction = await transactions.awaitOutcome(txid, answerSecs * 1000)
    if (transaction === undefined) return timedOut
    const { outcome } = transaction
    if (outcome.result !== 'waiting') return outcome
    // also where the service stops: nobody will wait for the answer any more
    return await this.#timeOut(transaction, clock.now())
  }

  /**
   * How a transaction stands: at once for the first who asks, else as soon as it changes, or after
   * half a minute.
   *
   * @returns `undefined` where this application has no such transaction.
   */
  async status(txid: string, ikey: string): Promise<Outcome | Waiting | undefined> {
    const { transactions, clock } = this.#parts
    let transaction = await transactions.byTxid(txid)
    if (transaction === undefined || transaction.ikey !== ikey) return undefined
    if (this.#told.get(txid) === transaction.outcome.status) {
      transaction = (await transactions.awaitOutcome(txid, pollMs)) ?? transaction
    }
    if (isOverdue(transaction, clock.now())) return await this.#timeOut(transaction, clock.now())
    const { outcome } = transaction
    if (outcome.result === 'waiting') this.#told.set(txid, outcome.status)
    else this.#told.delete(txid)
    return outcome
  }

  /**
   * Settles one that waits, as its user has answered.
   *
   * @returns Whether it was waiting.
   */
  async settle(txid: string, outcome: Outcome, reason: string): Promise<boolean> {
    const { store, transactions, journal, clock } = this.#parts
    const transaction = await transactions.byTxid(txid)
    if (transaction === undefined) return false
    const attempt = this.#waiting.get(txid) ?? (await this.#remembered(transaction))
    const won = await store.transaction(async (db) => {
      if (!(await transactions.settle(txid, outcome, db))) return false
      await journal.ended(attempt, outcome, reason, clock.now(), db)
      if (outcome.result === 'allow' && transaction.userId !== null) {
        await this.#parts.directory.users.signedIn(transaction.userId, clock.now(), db)
      }
      return true
    })
    this.#waiting.delete(txid)
    this.#told.delete(txid)
    transactions.announce(txid)
    return won
  }

  /** Settles what nobody has answered in time, and forgets what is past. */
  async tidy(): Promise<void> {
    const { transactions, lockout, clock } = this.#parts
    for (const transaction of await transactions.overdue()) {
      await this.#timeOut(transaction, clock.now())
    }
    await transactions.prune()
    await lockout.forget(clock.now())
  }

  async #timeOut(transaction: Transaction, now: number): Promise<Outcome> {
    const { txid, factor } = transaction
    const reason = factor === 'phone' ? 'no_keys_pressed' : 'no_response'
    if (await this.settle(txid, timedOut, reason)) return timedOut
    const settled = (await this.#parts.transactions.byTxid(txid)) ?? transaction
    return settled.outcome.result === 'waiting' && !isOverdue(settled, now)
      ? timedOut
      : finalOutcome(settled)
  }

  /** One durable commit: the passcode is used up, the guess counted and the log written together. */
  async #passcode(
    attempt: Attempt,
    { user }: Subject,
    passcode: string,
    leaves: boolean,
  ): Promise<AuthOutcome> {
    if (user === undefined) return { kind: 'no such user' }
    const { integration, ipaddr } = attempt.asking
    const source = { userId: user.userId, ikey: integration.ikey, address: validAddress(ipaddr) }
    const outcome = await this.#parts.store.transaction(async (db) => {
      const checked = await checkPasscode(
        source,
        passcode,
        this.#parts.clock.now(),
        this.#parts,
        db,
      )
      const { factor, device, reason } = checked
      await this.#end({ ...attempt, factor, device }, leaves, checked.outcome, reason, db)
      return checked.outcome
    })
    return { kind: 'settled', txid: attempt.txid, outcome }
  }

  async #phone(
    attempt: Attempt,
    { user, phones }: Subject,
    factor: 'auto' | PhoneFactor,
    device: string | number,
  ): Promise<AuthOutcome> {
    const { transactions } = this.#parts
    const tried: readonly PhoneFactor[] = factor === 'auto' ? ['push', 'phone'] : [factor]
    for (const way of tried) {
      const phone = phoneFor(way, device, phones)
      if (phone === undefined) continue
      const { txid, asking } = attempt
      const { ikey, name: application } = asking.integration
      const { phoneId, number } = phone
      this.#waiting.set(txid, { ...attempt, factor: way, device: phoneId })
      await transactions.open(
        {
          txid,
          ikey,
          userId: user?.userId ?? null,
          factor: way,
          phoneId,
          request: requestOf(attempt),
          verification: undefined,
        },
        waitingFor(way, number),
        answerSecs,
      )
      const username = user?.username ?? ''
      const { ipaddr, hostname } = asking
      const userId = user?.userId ?? ''
      const expires = this.#parts.clock.now() + answerSecs * 1000
      const asked = { txid, phoneId, userId, number, application, username, ipaddr, hostname }
      await this.#deliver(way, { ...asked, expires })
      if (way !== 'sms') return { kind: 'waiting', txid }
      await this.settle(txid, smsSent, 'sms_sent')
      return { kind: 'settled', txid, outcome: smsSent }
    }
    return { kind: 'no capable device' }
  }

  async #deliver(way: PhoneFactor, request: Delivered): Promise<void> {
    const { push, phone, sms } = this.#parts.delivery
    if (way === 'push') await push?.send(request)
    else if (way === 'phone') await phone?.call(request)
    else {
      const { phoneId, userId, number, txid } = request
      await sms?.send({ phoneId, userId, number, text: '', txid, context: 'authentication' })
    }
  }

  /** @param leaves Whether a transaction is left that can be asked for. */
  async #end(
    attempt: Attempt,
    leaves: boolean,
    outcome: Outcome,
    reason: string,
    db: StoreDb | undefined = undefined,
  ): Promise<void> {
    if (db === undefined) {
      return await this.#parts.store.transaction((own) =>
        this.#end(attempt, leaves, outcome, reason, own),
      )
    }
    const { journal, transactions, clock } = this.#parts
    await journal.ended(attempt, outcome, reason, clock.now(), db)
    if (!leaves) return
    const { txid, asking, user, factor } = attempt
    const { ikey } = asking.integration
    const userId = user?.userId ?? null
    const request = requestOf(attempt)
    await transactions.record(
      { txid, ikey, userId, factor, phoneId: null, request, verification: undefined },
      outcome,
      db,
    )
  }

  /** One that another process has begun, or this one before it was started again. */
  async #remembered({
    txid,
    ikey,
    userId,
    factor,
    phoneId,
    request,
  }: Transaction): Promise<Attempt> {
    const { application: name, username, ipaddr, hostname } = request
    const user = userId === null ? undefined : await this.#parts.directory.users.byId(userId)
    const integration = { ikey, name }
    const asking = { integration, named: { username }, ipaddr, hostname }
    return { txid, asking, user, factor, device: phoneId ?? '' }
  }

  #subject({ named, integration }: AuthRequest): Promise<Subject | undefined> {
    return readSubject(named, integration, this.#parts.clock.now(), this.#parts)
  }
}

const smsSent: Outcome = { result: 'deny', status: 'sent', status_msg: statusMessage.smsSent }

function attemptOf(asking: Asking, { user }: Subject): Attempt {
  return { txid: randomUUID(), asking, user, factor: '', device: '' }
}

function requestOf({ asking, user }: Attempt): SignInRequest {
  const { integration, named, ipaddr, hostname } = asking
  const username = user?.username ?? ('username' in named ? named.username : '')
  return { application: integration.name, username, ipaddr, hostname }
}

/** Who is to enrol is not let in before he has. */
function outcomeOf(decision: Exclude<Subject['decision'], { kind: 'auth' }>): Outcome {
  return decision.kind === 'enroll'
    ? { result: 'deny', status: 'deny', status_msg: decision.statusMsg }
    : { result: decision.kind, status: decision.status, status_msg: decision.statusMsg }
}

function finalOutcome({ outcome }: Transaction): Outcome {
  const { result, status, status_msg } = outcome
  return result === 'waiting' ? timedOut : { result, status, status_msg }
}

function waitingFor(way: PhoneFactor, number: string): Omit<Waiting, 'result'> {
  return way === 'phone'
    ? { status: 'calling', status_msg: `Dialing ${maskedNumber(number)}...` }
    : { status: 'pushed', status_msg: statusMessage.pushed }
}

/** Whatever is no address counts as none: a client must not get a fresh counter by inventing one. */
function validAddress(ipaddr: string): string {
  return isIP(ipaddr) === 0 ? '' : ipaddr
}

function passed(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms))
}
