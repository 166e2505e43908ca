import { statusMessage } from '../../../duo/index.ts'
import type { Outcome } from '../../sign_in/transaction/transaction.ts'

/** The user's answer to a push. */
export type PushDecision = 'approve' | 'deny' | 'fraud'

export interface PushOutcome {
  readonly outcome: Outcome
  /** In the log's words. */
  readonly reason: string
}

const denied: Outcome = { result: 'deny', status: 'deny', status_msg: statusMessage.denied }

/** The outcome of each answer. */
export const pushOutcomes: Readonly<Record<PushDecision, PushOutcome>> = {
  approve: {
    outcome: { result: 'allow', status: 'allow', status_msg: statusMessage.success },
    reason: 'user_approved',
  },
  deny: { outcome: denied, reason: 'user_mistake' },
  fraud: {
    outcome: { result: 'deny', status: 'fraud', status_msg: statusMessage.fraud },
    reason: 'user_marked_fraud',
  },
}

/** The outcome after too many wrong verification codes. */
export const tooManyWrongCodes: PushOutcome = {
  outcome: { ...denied, status_msg: statusMessage.codeIncorrect },
  reason: 'verification_code_incorrect',
}
