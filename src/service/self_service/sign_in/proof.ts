import type { Outcome } from '../../sign_in/transaction/transaction.ts'

/** Whether an outcome proves that the user has a second factor: bypass status does not. */
export function isProof({ result, status }: Outcome): boolean {
  return result === 'allow' && status === 'allow'
}
