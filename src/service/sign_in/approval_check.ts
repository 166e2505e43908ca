import { statusMessage } from '../../duo/index.ts'
import type { Integrations } from '../applications/integrations.ts'
import { phoneMethod } from '../applications/policy/authentication_methods.ts'
import { isPhoneFactorName } from '../authenticators/phone/capable_phone.ts'
import { deciderIn, methodsDecider } from './decision.ts'
import { blockedMethod, toOutcome } from './decision_outcome.ts'
import type { EndedAttempt } from './journal.ts'
import type { Subjects } from './subject.ts'
import type { Outcome, Transaction } from './transaction/transaction.ts'

/** How a waiting sign-in ends. */
export type End = Omit<EndedAttempt, 'attempt'>

/** Decides whether an approval still lets its user in: status and policy may have changed since. */
export class ApprovalCheck {
  readonly #integrations: Integrations
  readonly #subjects: Subjects

  constructor(integrations: Integrations, subjects: Subjects) {
    this.#integrations = integrations
    this.#subjects = subjects
  }

  /** @returns `approval` unchanged if the user may still sign in with this factor. */
  async confirm(transaction: Transaction, approval: End): Promise<End> {
    const { ikey, userId, factor, request } = transaction
    const integration = await this.#integrations.byIkeyInTurn(ikey)
    const { ipaddr } = request
    const subject =
      integration === undefined || userId === null
        ? undefined
        : await this.#subjects.read({ user: { userId }, integration, ipaddr })
    if (subject === undefined) return { outcome: removed, reason: 'user_disabled' }
    const { decision, policy, phones } = subject
    // the phone may have been removed, because it was stolen
    if (!phones.some(({ phoneId }) => phoneId === transaction.phoneId)) return removedPhone
    // the log shows that it is the bypass status that now lets the user in
    if (decision.kind === 'allow' && decision.reason !== 'bypass_user') return approval
    if (decision.kind !== 'auth') {
      const decider = deciderIn(subject.findings)
      return { outcome: toOutcome(decision), reason: decision.reason, decider }
    }
    const { blocked_auth_list: blocked, require_verified_push: mustVerify } =
      policy.rules.authentication_methods
    const isBlocked = isPhoneFactorName(factor) && blocked.includes(phoneMethod(factor))
    const lacksCode = factor === 'push' && mustVerify && transaction.verification === undefined
    return isBlocked || lacksCode ? { ...blockedMethod, decider: methodsDecider(policy) } : approval
  }
}

const removedPhone: End = {
  outcome: { result: 'deny', status: 'deny', status_msg: statusMessage.noCapableDevice },
  reason: 'invalid_device',
}

/** For a user or an application that was deleted. */
const removed: Outcome = { result: 'deny', status: 'deny', status_msg: statusMessage.disabled }
