import type { User } from '../people/user.ts'
import type { PortalSession } from './portal_sessions.ts'

/** The holder of a portal session; `user` is `undefined` until an enrolment has created the user. */
export interface Person {
  readonly session: PortalSession
  readonly user: User | undefined
}

/** The holder of a session of an existing user. */
export interface KnownPerson extends Person {
  readonly user: User
}

export type SelfServiceErrorCode =
  | 'invitation_over'
  | 'invitation_used'
  | 'invitation_elsewhere'
  | 'already_enrolled'
  | 'device_first'
  | 'not_found'
  | 'last_way_in'
  | 'number'
  | 'number_taken'
  | 'name'
  | 'order'
  | 'too_many'
  | 'wrong_code'
  | 'code_over'
  | 'limit'
  | 'not_sent'
  | 'passkey'
  | 'sign_in'

/** Thrown for a request that can't be fulfilled; the message tells the user why and what to do. */
export class SelfServiceError extends Error {
  override readonly name = 'SelfServiceError'
  readonly code: SelfServiceErrorCode

  constructor(code: SelfServiceErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** For a device or passkey that does not exist, or is not the user's. */
export function notFound(): SelfServiceError {
  return new SelfServiceError('not_found', 'This device no longer exists. Reload the page.')
}

/** The same for an unknown user as for a wrong passcode. */
export function signInRefused(): SelfServiceError {
  return new SelfServiceError(
    'sign_in',
    'Sign-in failed. Check your username and passcode, or try another method.',
  )
}
