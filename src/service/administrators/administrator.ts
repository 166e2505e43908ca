export const administratorStatuses = ['active', 'disabled', 'pending_activation'] as const
export type AdministratorStatus = (typeof administratorStatuses)[number]

/** An administrator of the panel. Administrators are not users, and their factors are separate. */
export interface Administrator {
  /** `DE…` */
  readonly adminId: string
  readonly email: string
  readonly name: string
  /** In E.164; empty for none. Not used to sign in. */
  readonly phone: string
  /** The name of a built-in or custom role. */
  readonly role: string
  readonly status: AdministratorStatus
  /** Until when a first factor can be added with the password alone; `null` for never. */
  readonly enrolUntil: number | null
  readonly created: number
  readonly lastLogin: number | null
  /** The sign-in before the last one. */
  readonly previousLogin: number | null
  /** When a password or a factor was last refused. */
  readonly lastFailed: number | null
  /** Failed attempts since the last sign-in. */
  readonly failedSinceLogin: number
  /** Failed attempts between the sign-in before the last one and the last one. */
  readonly failedBeforeLogin: number
}

export type AdministratorErrorCode =
  | 'sign_in'
  | 'no_factor'
  | 'link_over'
  | 'wrong_code'
  | 'passkey'
  | 'push'
  | 'password'
  | 'email'
  | 'email_taken'
  | 'name'
  | 'role'
  | 'not_found'
  | 'last_owner'
  | 'last_factor'
  | 'limit'
  | 'conflict'

/** Thrown if an account of an administrator can't be used or changed as asked. */
export class AdministratorError extends Error {
  override readonly name = 'AdministratorError'
  readonly code: AdministratorErrorCode

  constructor(code: AdministratorErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
