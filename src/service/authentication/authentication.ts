import { isIP } from 'node:net'
import { type Device, readPrompt, statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { Integration } from '../access/integrations.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { AuthenticationLog } from '../event_log/authentication_log.ts'
import { type PhoneFactor, phoneFor } from '../factor/capable_device.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { type Outcome, type Transactions, timedOut } from '../transaction/transactions.ts'
import type { Lockout, Record as LockoutRecord, Source } from './lockout.ts'
import type { Decision } from './policy.ts'
import { displayName, maskedNumber, type PromptText, promptText } from './prompt_text.ts'
import { type Directory, type Named, readSubject, type Subject } from './subject.ts'

/** Who asks, for whom. */
export interface Asking {
  readonly integration: Integration
  readonly named: Named
  /** As the client sent it, which may be anything; empty where it sent none. */
  readonly ipaddr: string
  readonly hostname: string
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
  | { readonly result: 'allow' | 'deny'; readonly status_msg: string }
  | { readonly result: 'enroll'; readonly status_msg: string }

/** An authentication that has ended, one that waits for a phone, or a factor that no device has. */
export type AuthOutcome =
  | { readonly kind: 'settled'; readonly outcome: Outcome }
  | { readonly kind: 'waiting'; readonly txid: string }
  | { readonly kind: 'no capable device' }

export interface AuthenticationParts {
  readonly store: Store
  readonly directory: Directory
  readonly lockout: Lockout
  readonly transactions: Transactions
  readonly log: AuthenticationLog
  readonly delivery: Delivery
  readonly clock: Clock
}

/** How long a phone may take to answer. */
const answerSecs = 60

/** The second factor of a sign-in: whether it is asked for, what with, and what it proves. */
export class Authentication {
  readonly #parts: AuthenticationParts

  constructor(parts: AuthenticationParts) {
    this.#parts = parts
  }

  /** Whether a user may sign in, and with which of his devices. */
  async preauth(asking: Asking): Promise<PreauthOutcome> {
    const { user, phones, tokens, decision } = await this.#subject(asking)
    switch (decision.kind) {
      case 'allow':
      case 'deny':
        await this.#logged(asking, undefined, decision)
        return { result: decision.kind, status_msg: decision.statusMsg }
      case 'enroll':
        return { result: 'enroll', status_msg: statusMessage.enroll }
      case 'auth':
        return {
          result: 'auth',
          status_msg: statusMessage.active,
          devices: [
            ...phones.map((phone) => ({
              device: phone.phoneId,
              type: 'phone' as const,
              name: phone.name,
              number: maskedNumber(phone.number),
              display_name: displayName(phone),
              capabilities: phone.capabilities,
            })),
            ...tokens.map(({ tokenId, serial }) => ({
              device: tokenId,
              type: 'token' as const,
              name: serial,
            })),
          ],
          prompt: promptText(user?.username ?? '', phones),
        }
    }
  }

  /**
   * Asks for the second factor. It also decides all that preauth decides, so that a caller who left
   * preauth out lets nobody in whom preauth would have kept out.
   */
  async auth(asking: Asking, chosen: ChosenFactor): Promise<AuthOutcome> {
    const subject = await this.#subject(asking)
    const { decision } = subject
    switch (decision.kind) {
      case 'allow':
      case 'deny':
        await this.#logged(asking, subject, decision)
        return settled({
          result: decision.kind,
          status: decision.status,
          status_msg: decision.statusMsg,
        })
      case 'enroll': {
        const reason = 'deny_unenrolled_user'
        const outcome = {
          result: 'deny',
          status: 'deny',
          status_msg: statusMessage.enroll,
        } as const
        await this.#append(asking, subject, { factor: '', outcome, reason, device: '' })
        return settled(outcome)
      }
      case 'auth':
        return await this.#ask(asking, subject, subject.user?.userId ?? '', chosen)
    }
  }

  /**
   * Waits for one that `auth` left waiting, to its end.
   *
   * @param waitMs What the caller has the patience for; at the end of it nothing is settled.
   */
  async awaitOutcome(txid: string, waitMs = (answerSecs + 5) * 1000): Promise<Outcome> {
    const transaction = await this.#parts.transactions.awaitOutcome(txid, waitMs)
    const outcome = transaction?.outcome
    return outcome === undefined || outcome.result === 'waiting' ? timedOut : outcome
  }

  async #ask(
    asking: Asking,
    subject: Subject,
    userId: string,
    chosen: ChosenFactor,
  ): Promise<AuthOutcome> {
    switch (chosen.factor) {
      case 'passcode':
        return settled(await this.#passcode(asking, subject, userId, chosen.passcode))
      case 'prompt': {
        const prompt = readPrompt(chosen.prompt)
        if (prompt.kind === 'factor') {
          const { factor, phone = 'auto' } = prompt
          return await this.#phone(asking, subject, userId, factor, phone)
        }
        const passcode = prompt.kind === 'passcode' ? prompt.passcode : ''
        return settled(await this.#passcode(asking, subject, userId, passcode))
      }
      default:
        return await this.#phone(asking, subject, userId, chosen.factor, chosen.device)
    }
  }

  /** One durable commit: the passcode is used up, the guess counted and the log written together. */
  async #passcode(
    asking: Asking,
    subject: Subject,
    userId: string,
    typed: string,
  ): Promise<Outcome> {
    const { store, lockout, directory, clock } = this.#parts
    const passcode = typed.replace(/\s+/g, '')
    const source = { userId, ikey: asking.integration.ikey, address: validAddress(asking.ipaddr) }
    return await store.transaction(async (db) => {
      const now = clock.now()
      const end = async (
        outcome: Outcome,
        reason: string,
        factor: string,
        device = '',
      ): Promise<Outcome> => {
        await this.#append(asking, subject, { factor, outcome, reason, device }, db)
        return outcome
      }
      const record = await lockout.hold(source, now, db)
      if (lockout.isLocked(record, now)) {
        return await end(
          { result: 'deny', status: 'locked_out', status_msg: statusMessage.lockedOut },
          'locked_out',
          'passcode',
        )
      }
      if (await directory.bypassCodes.consume(userId, passcode, now, db)) {
        return await this.#proved(source, record, now, db, () =>
          end(success, 'valid_passcode', 'bypass_code'),
        )
      }
      const consumption = await directory.tokens.consume(userId, passcode, now, db)
      switch (consumption.outcome) {
        case 'accepted': {
          const { tokenId, phoneId } = consumption.token
          const factor = phoneId === null ? 'hardware_token' : 'duo_mobile_passcode'
          return await this.#proved(source, record, now, db, () =>
            end(success, 'valid_passcode', factor, tokenId),
          )
        }
        case 'replayed':
          return await end(
            denied(statusMessage.passcodeUsed),
            'passcode_already_used',
            'passcode',
            consumption.token.tokenId,
          )
        case 'wrong':
          await lockout.wrong(source, record, passcode, now, db)
          return await end(denied(statusMessage.incorrectPasscode), 'invalid_passcode', 'passcode')
      }
    })
  }

  async #proved(
    source: Source,
    record: LockoutRecord,
    now: number,
    db: StoreDb,
    end: () => Promise<Outcome>,
  ): Promise<Outcome> {
    await this.#parts.lockout.right(source, record, db)
    await this.#parts.directory.users.signedIn(source.userId, now, db)
    return await end()
  }

  async #phone(
    asking: Asking,
    { user, phones }: Subject,
    userId: string,
    factor: 'auto' | PhoneFactor,
    device: string | number,
  ): Promise<AuthOutcome> {
    const { delivery, transactions } = this.#parts
    const tried: readonly PhoneFactor[] = factor === 'auto' ? ['push', 'phone'] : [factor]
    for (const way of tried) {
      const phone = phoneFor(way, device, phones)
      if (phone === undefined) continue
      const txid = await transactions.open({
        ikey: asking.integration.ikey,
        userId,
        factor: way,
        lifeSecs: answerSecs,
        status: way === 'phone' ? 'calling' : 'pushed',
        status_msg:
          way === 'phone' ? `Dialing ${maskedNumber(phone.number)}...` : statusMessage.pushed,
      })
      const { phoneId, number } = phone
      const request = {
        txid,
        phoneId,
        number,
        application: asking.integration.name,
        username: user?.username ?? '',
      }
      if (way === 'push') await delivery.push?.send(request)
      else if (way === 'phone') await delivery.phone?.call(request)
      else await delivery.sms?.send(request)
      return { kind: 'waiting', txid }
    }
    return { kind: 'no capable device' }
  }

  async #logged(
    asking: Asking,
    subject: Subject | undefined,
    decision: Extract<Decision, { kind: 'allow' | 'deny' }>,
  ): Promise<void> {
    const outcome = {
      result: decision.kind,
      status: decision.status,
      status_msg: decision.statusMsg,
    }
    await this.#append(asking, subject, {
      factor: '',
      outcome,
      reason: decision.reason,
      device: '',
    })
  }

  /** The authentication log is written here and only here. */
  async #append(
    { integration, named, ipaddr, hostname }: Asking,
    subject: Subject | undefined,
    ended: {
      readonly factor: string
      readonly outcome: Outcome
      readonly reason: string
      readonly device: string
    },
    db: StoreDb = this.#parts.store.db,
  ): Promise<void> {
    await this.#parts.log.append(
      {
        timestamp: this.#parts.clock.now(),
        txid: null,
        userId: subject?.user?.userId ?? null,
        username: subject?.user?.username ?? ('username' in named ? named.username : named.userId),
        ikey: integration.ikey,
        application: integration.name,
        factor: ended.factor,
        result: ended.outcome.result === 'allow' ? 'success' : 'denied',
        reason: ended.reason,
        ipaddr,
        hostname,
        device: ended.device,
      },
      db,
    )
  }

  #subject({ named, integration }: Asking): Promise<Subject> {
    return readSubject(named, integration, this.#parts.clock.now(), this.#parts)
  }
}

const success: Outcome = { result: 'allow', status: 'allow', status_msg: statusMessage.success }

function denied(status_msg: string): Outcome {
  return { result: 'deny', status: 'deny', status_msg }
}

function settled(outcome: Outcome): AuthOutcome {
  return { kind: 'settled', outcome }
}

/** Whatever is no address counts as none: a client must not get a fresh counter by inventing one. */
function validAddress(ipaddr: string): string {
  return isIP(ipaddr) === 0 ? '' : ipaddr
}
