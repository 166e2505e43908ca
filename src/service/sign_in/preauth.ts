import { type Device, statusMessage } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { CapablePhone } from '../authenticators/phone/capable_phone.ts'
import type {
  LoginVerification,
  VerificationCodes,
} from '../authenticators/push/verification_codes.ts'
import type { SmsPasscodes } from '../authenticators/sms/sms_passcodes.ts'
import type { StoreDb } from '../store/store.ts'
import { type Decision, deciderIn, refusedName } from './decision.ts'
import { toOutcome } from './decision_outcome.ts'
import { deviceList } from './device_list.ts'
import { type PromptText, promptText } from './prompt_text.ts'
import type { Settlement } from './settlement.ts'
import type { Subject } from './subject.ts'
import type { AuthRequest, SubjectReads } from './subject_reads.ts'
import { newAttempt } from './transaction/attempt.ts'

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

/** Whether a user may sign in, and with which of their devices. */
export class Preauth {
  readonly #db: StoreDb
  readonly #subjects: SubjectReads
  readonly #settlement: Settlement
  readonly #verificationCodes: VerificationCodes
  readonly #smsPasscodes: SmsPasscodes
  readonly #clock: Clock

  constructor(
    db: StoreDb,
    subjects: SubjectReads,
    settlement: Settlement,
    verificationCodes: VerificationCodes,
    smsPasscodes: SmsPasscodes,
    clock: Clock,
  ) {
    this.#db = db
    this.#subjects = subjects
    this.#settlement = settlement
    this.#verificationCodes = verificationCodes
    this.#smsPasscodes = smsPasscodes
    this.#clock = clock
  }

  /** @param options.showsCode Whether the login can show the code of a verified push. */
  async decide(
    request: AuthRequest,
    options: { readonly showsCode: boolean } = { showsCode: false },
  ): Promise<PreauthOutcome> {
    const subject = await this.#subjects.read(request)
    if (subject === undefined) return { result: 'no such user' }
    const { user, phones, tokens, decision } = subject
    switch (decision.kind) {
      case 'allow':
      case 'deny': {
        const { reason } = decision
        const ended = {
          attempt: newAttempt(request, subject.user),
          outcome: toOutcome(decision),
          reason,
          decider: deciderIn(subject.findings),
        }
        await this.#settlement.end(ended, { async: false })
        return { result: decision.kind, status_msg: decision.statusMsg }
      }
      case 'enroll':
        return { result: 'enroll', status_msg: decision.statusMsg }
      case 'auth': {
        const nextDigits = await this.#nextDigits(user, phones)
        const verification = options.showsCode ? await this.#issueCode(request, subject) : undefined
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

  /** The decision without its consequences: nothing is logged, and no code is issued. */
  async foresee(request: AuthRequest): Promise<Decision | undefined> {
    return (await this.#subjects.read(request))?.decision
  }

  /** Logs an enrolment that an application requested and that was refused because of its username. */
  async logRefusedEnrolment(request: AuthRequest): Promise<void> {
    const subject = await this.#subjects.read(request)
    if (subject?.nameRefusal === undefined) return
    const decision = refusedName[subject.nameRefusal.kind]
    const { reason } = decision
    const ended = {
      attempt: newAttempt(request, subject.user),
      outcome: toOutcome(decision),
      reason,
      decider: { step: 'username', policyKey: '' },
    }
    await this.#settlement.end(ended, { async: false })
  }

  /** First digit of the next SMS passcode, by phone. */
  async #nextDigits(
    user: Subject['user'],
    phones: readonly CapablePhone[],
  ): Promise<ReadonlyMap<string, string>> {
    const takesSms = phones.some(({ capabilities }) => capabilities.includes('sms'))
    if (!takesSms || user === undefined) return new Map()
    return await this.#smsPasscodes.nextDigits(user.userId, this.#clock.now(), this.#db)
  }

  /** Issues the code for the login's next push, if the policy requires one. */
  async #issueCode(
    { integration }: AuthRequest,
    { user, phones, policy }: Subject,
  ): Promise<LoginVerification | undefined> {
    const canPush = phones.some(({ capabilities }) => capabilities.includes('push'))
    const { require_verified_push: required, verified_push_digits: digits } =
      policy.rules.authentication_methods
    if (!required || user === undefined || !canPush) return undefined
    const holder = { userId: user.userId, ikey: integration.ikey }
    return await this.#verificationCodes.issue(holder, digits, this.#clock.now())
  }
}
