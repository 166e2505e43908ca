import type { Login } from '../login/login.ts'

export type PrimaryResult =
  | { readonly kind: 'accepted' }
  /** `message` is for logs and for the user. */
  | { readonly kind: 'rejected'; readonly message: string }

/** Checks the password of a login, before the second factor. */
export interface PrimaryAuthentication {
  authenticate(login: Login): Promise<PrimaryResult>
  /** Aborts pending checks. */
  close(): Promise<void>
}
