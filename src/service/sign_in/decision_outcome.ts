import { statusMessage } from '../../duo/index.ts'
import type { Decision } from './decision.ts'
import type { Outcome } from './transaction/transaction.ts'

/** The outcome of a sign-in that is decided before a factor. A user who must enrol is denied until then. */
export function toOutcome(decision: Exclude<Decision, { kind: 'auth' }>): Outcome {
  return decision.kind === 'enroll'
    ? { result: 'deny', status: 'deny', status_msg: decision.statusMsg }
    : { result: decision.kind, status: decision.status, status_msg: decision.statusMsg }
}

/** The end of a sign-in with a method that the policy blocks. */
export const blockedMethod = {
  outcome: { result: 'deny', status: 'deny', status_msg: statusMessage.methodBlocked },
  reason: 'factor_restricted',
} as const
