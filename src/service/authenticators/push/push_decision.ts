import { statusMessage } from '../../../duo/index.ts'
import type { Outcome } from '../../sign_in/transaction/transaction.ts'

/** What a user can say to a push. */
export type PushDecision = 'approve' | 'deny' | 'fraud'

export interface PushAnswer {
  readonly outcome: Outcome
  /** In the log's words. */
  readonly reason: string
}

const denied: Outcome = { result: 'deny', status: 'deny', status_msg: statusMessage.denied }

/** What each answer to a push comes to. */
export const pushAnswers: Readonly<Record<PushDecision, PushAnswer>> = {
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

/** What one comes to whose code was typed wrongly too often. */
export const wrongCodes: PushAnswer = {
  outcome: { ...denied, status_msg: statusMessage.codeIncorrect },
  reason: 'verification_code_incorrect',
}
