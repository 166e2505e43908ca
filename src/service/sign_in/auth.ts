import { statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import { serverProof } from '../../radius/index.ts'
import { retrySchedule } from '../applications/client/retry_schedule.ts'
import { phoneMethod } from '../applications/policy/authentication_methods.ts'
import { choosePhone, type PhoneFactorName } from '../authenticators/phone/capable_phone.ts'
import type { PhoneFactor } from '../authenticators/phone/phone_factor.ts'
import { repeatUnknown } from '../store/unknown_outcome.ts'
import { nobodyWaiting } from './approval_outcome.ts'
import {
  type ChosenFactor,
  type Factor,
  type PhoneChoice,
  toFactor,
  toWord,
} from './chosen_factor.ts'
import { deciderIn, methodsDecider } from './decision.ts'
import { blockedMethod, toOutcome } from './decision_outcome.ts'
import type { PasscodeFactor } from './passcode_factor.ts'
import { NobodyListens } from './retries.ts'
import type { Settlement } from './settlement.ts'
import type { Subject } from './subject.ts'
import type { AuthRequest, SubjectReads } from './subject_reads.ts'
import { askedWord } from './transaction/asked_word.ts'
import { type Attempt, newAttempt, type SettledKind } from './transaction/attempt.ts'
import { AlreadyRequested, type JoinedRequest } from './transaction/joined_requests.ts'
import { type Denial, type Outcome, timedOut } from './transaction/transaction.ts'
import { proofFingerprint, type TypedProof, type TypedText } from './typed_text.ts'

/** One of the RADIUS requests that wait for a transaction. */
export interface WaitingRequest {
  readonly requestId: string
  /** In the schedule of retries; 0 for the one that opened the transaction. */
  readonly slot: number
  /**
   * This call, which is another one than the first if the request was transmitted again; absent if no retry can join.
   */
  readonly listener: string | undefined
}

/** An authentication that has ended, waits for a phone, or can't begin. */
export type AuthOutcome =
  | { readonly kind: 'waiting'; readonly txid: string; readonly request?: WaitingRequest }
  | {
      readonly kind: SettledKind
      readonly txid: string
      readonly outcome: Outcome
    }
  | { readonly kind: 'no such user' }

/** What the text that a client proved turned out to be. */
export interface Proven {
  /** A factor, or `passcode`. */
  readonly factor: string
  /** What shows a client of MS-CHAPv2 that the service knows the text; only for a client that is let in. */
  readonly serverProof: string | undefined
}

export interface AuthOptions {
  /** Whether the caller will poll for the outcome, also if it is known already. */
  readonly async: boolean
}

/**
 * The shortest time for a denial. Checking a wrong code takes some milliseconds longer for a user with
 * a token than for an unknown user; the response time must not reveal which it was.
 */
const denialMs = 25

const noCapableDevice: Denial = {
  result: 'deny',
  status: 'deny',
  status_msg: statusMessage.noCapableDevice,
}

/** Requests the second factor of a sign-in. */
export class Auth {
  readonly #subjects: SubjectReads
  readonly #settlement: Settlement
  readonly #passcodes: PasscodeFactor
  readonly #phoneFactors: Readonly<Record<PhoneFactorName, PhoneFactor>>
  readonly #typedText: TypedText
  readonly #clock: Clock

  constructor(
    subjects: SubjectReads,
    settlement: Settlement,
    passcodes: PasscodeFactor,
    phoneFactors: Readonly<Record<PhoneFactorName, PhoneFactor>>,
    typedText: TypedText,
    clock: Clock,
  ) {
    this.#subjects = subjects
    this.#settlement = settlement
    this.#passcodes = passcodes
    this.#phoneFactors = phoneFactors
    this.#typedText = typedText
    this.#clock = clock
  }

  /**
   * Repeats the decision of preauth, so that a caller that skips preauth can't let in anyone that preauth
   * would have denied.
   */
  async begin(
    request: AuthRequest,
    chosen: ChosenFactor,
    options: AuthOptions,
  ): Promise<AuthOutcome> {
    return await this.#slowDenial(request, async () => {
      const subject = await this.#subjects.read(request)
      if (subject === undefined) return { kind: 'no such user' }
      return await this.#begin(subject, request, toFactor(chosen), options)
    })
  }

  /**
   * Begins with what the user typed, which the client only proves. A text that is found is used as if it had
   * been sent; any other counts as a wrong passcode.
   */
  async beginProven(
    request: AuthRequest,
    typed: TypedProof,
    options: AuthOptions,
  ): Promise<AuthOutcome & { readonly proven?: Proven | undefined }> {
    return await this.#slowDenial(request, async () => {
      const subject = await this.#subjects.read(request)
      if (subject === undefined) return { kind: 'no such user' }
      const found = await this.#typedText.find(typed, subject, request.integration.ikey)
      if (found === undefined) {
        const fingerprint = proofFingerprint(typed.proof)
        const unknown = { factor: 'unknown text', fingerprint } as const
        return await this.#begin(subject, request, unknown, options)
      }
      const factor = toFactor({ factor: 'prompt', prompt: found.prompt })
      const answer = await this.#begin(subject, request, factor, options)
      const proof = serverProof(typed.proof, found.text)
      return { ...answer, proven: { factor: factor.factor, serverProof: proof } }
    })
  }

  async #slowDenial<Answer extends AuthOutcome>(
    { radius }: AuthRequest,
    begin: () => Promise<Answer>,
  ): Promise<Answer> {
    const began = this.#clock.now()
    const answer = await repeatUnknown(radius?.fingerprint, begin)
    if ('outcome' in answer && answer.outcome.result === 'deny') {
      await delay(denialMs - (this.#clock.now() - began))
    }
    return answer
  }

  async #begin(
    subject: Subject,
    request: AuthRequest,
    factor: Factor,
    options: AuthOptions,
  ): Promise<AuthOutcome> {
    const attempt = joinableAttempt(newAttempt(request, subject.user), request, factor, options)
    try {
      return await this.#beginAs(attempt, subject, factor, options)
    } catch (error) {
      if (error instanceof NobodyListens) return await this.#endUnheard(error.attempt, options)
      if (!(error instanceof AlreadyRequested)) throw error
      return await this.#repeat(attempt, error.first, options)
    }
  }

  async #beginAs(
    attempt: Attempt,
    subject: Subject,
    factor: Factor,
    { async }: AuthOptions,
  ): Promise<AuthOutcome> {
    const { decision, user, policy } = subject
    const { txid } = attempt
    if (decision.kind !== 'auth') {
      const outcome = toOutcome(decision)
      const decider = deciderIn(subject.findings)
      const kind = decision.kind === 'enroll' ? 'not enrolled' : 'settled'
      const ended = { attempt, outcome, reason: decision.reason, decider, kind } as const
      await this.#settlement.end(ended, { async })
      return { kind, txid, outcome }
    }
    if (user === undefined) return { kind: 'no such user' }
    if (factor.factor === 'unknown text') {
      const { fingerprint } = factor
      const options = { policy, async }
      const outcome = await this.#passcodes.refuse(attempt, user.userId, fingerprint, options)
      return { kind: 'settled', txid, outcome }
    }
    if (factor.factor !== 'passcode')
      return await this.#beginOnPhone(attempt, subject, factor, async)
    const { passcode } = factor
    const known = { user, tokens: subject.oathTokens }
    const outcome = await this.#passcodes.use(attempt, user.userId, passcode, {
      policy,
      async,
      known,
    })
    return { kind: 'settled', txid, outcome }
  }

  async #endUnheard(attempt: Attempt, { async }: AuthOptions): Promise<AuthOutcome> {
    const { txid } = attempt
    const outcome = timedOut
    // without its name, so that a later transmission, whose client listens, begins a sign-in
    const unnamed = { ...attempt, joinable: undefined }
    await this.#settlement.end({ attempt: unnamed, outcome, reason: nobodyWaiting }, { async })
    return { kind: 'settled', txid, outcome }
  }

  /** Gives a retransmission what the first transmission gets. */
  async #repeat(
    attempt: Attempt,
    { requestId, decidedBy }: JoinedRequest,
    { async }: AuthOptions,
  ): Promise<AuthOutcome> {
    if ('txid' in decidedBy) {
      const { txid, slot } = decidedBy
      const { txid: listener, joinable } = attempt
      if (joinable?.retries === undefined) {
        return { kind: 'waiting', txid, request: { requestId, slot, listener: undefined } }
      }
      const { requested } = joinable
      await this.#settlement.retransmitted(requestId, txid, { requested, listener })
      return { kind: 'waiting', txid, request: { requestId, slot, listener } }
    }
    if (async) await this.#settlement.repeat(attempt, decidedBy.outcome)
    return { ...decidedBy, txid: attempt.txid }
  }

  async #beginOnPhone(
    attempt: Attempt,
    { phones, policy }: Subject,
    { factor: chosen, device, txid: verificationTxid }: PhoneChoice,
    async: boolean,
  ): Promise<AuthOutcome> {
    const candidates = chosen === 'auto' ? (['push', 'phone'] as const) : [chosen]
    const { authentication_methods: methods, push_fatigue: pushFatigue } = policy.rules
    const isBlocked = (factor: PhoneFactorName) =>
      methods.blocked_auth_list.includes(phoneMethod(factor))
    for (const factor of candidates.filter((each) => !isBlocked(each))) {
      const phone = choosePhone(factor, device, phones)
      if (phone === undefined) continue
      const begun = { ...attempt, factor, device: phone.phoneId }
      const start = await this.#phoneFactors[factor].begin(begun, phone, {
        verifiedPush: methods.require_verified_push,
        pushFatigue,
        verificationTxid,
      })
      const { txid } = start
      if (start.kind === 'waiting') {
        const { slot = 0 } = start
        if (attempt.joinable === undefined) return { kind: 'waiting', txid }
        const { requestId, retries } = attempt.joinable
        const listener = retries === undefined ? undefined : requestId
        return { kind: 'waiting', txid, request: { requestId, slot, listener } }
      }
      const { outcome, reason } = start
      if (start.kind === 'to settle') await this.#settlement.settle(txid, outcome, reason)
      else await this.#settlement.end({ attempt: { ...begun, txid }, outcome, reason }, { async })
      return { kind: 'settled', txid, outcome }
    }
    const blocked = candidates.find(isBlocked)
    if (blocked !== undefined) {
      const decider = methodsDecider(policy)
      const denied = { attempt: { ...attempt, factor: blocked }, ...blockedMethod, decider }
      await this.#settlement.end(denied, { async })
      return { kind: 'settled', txid: attempt.txid, outcome: denied.outcome }
    }
    const kind = 'no capable device'
    const outcome = noCapableDevice
    await this.#settlement.end({ attempt, outcome, reason: 'invalid_device', kind }, { async })
    return { kind, txid: attempt.txid, outcome }
  }
}

function joinableAttempt(
  attempt: Attempt,
  { integration, user, radius }: AuthRequest,
  factor: Factor,
  { async }: AuthOptions,
): Attempt {
  if (radius === undefined) return attempt
  // a caller that did not say `polled=1` may count its polls, and would end the wait of the others
  const retries = async ? undefined : retrySchedule(integration)
  if (radius.fingerprint === undefined && retries === undefined) return attempt
  const asked = askedWord(integration.skey, user, toWord(factor))
  return { ...attempt, joinable: { ...radius, requestId: attempt.txid, asked, retries } }
}

function delay(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms))
}
