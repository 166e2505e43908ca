import { statusMessage } from '../../duo/index.ts'
import type { Outcome } from './transaction/transaction.ts'

/** The outcome of an approval, on a push and in a call. */
export const approval: { readonly outcome: Outcome; readonly reason: string } = {
  outcome: { result: 'allow', status: 'allow', status_msg: statusMessage.success },
  reason: 'user_approved',
}

/** The reason in the log of a sign-in that was approved after its client had given it up. */
export const nobodyWaiting = 'nobody_waiting'
