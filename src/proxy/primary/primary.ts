import type { Login } from '../login/login.ts'

/** A password that was checked, or `nothing` where the appliance has checked it already. */
export interface PrimaryAccepted {
  readonly kind: 'accepted'
  readonly checked: 'password' | 'nothing'
}

export type PrimaryResult =
  | PrimaryAccepted
  /** `message` is for logs and for the user. */
  | { readonly kind: 'rejected'; readonly message: string }

/** Checks the password of a login, before the second factor. */
export interface PrimaryAuthentication {
  /** Whether `authenticate` checks a password at all. */
  readonly checksPassword: boolean
  authenticate(login: Login): PrimaryResult | Promise<PrimaryResult>
  /** Aborts pending checks. */
  close(): Promise<void>
}
