import type { User } from '../people/user.ts'
import type { PortalSession } from './portal_sessions.ts'

/** Whoever acts at the portal: `user` is `undefined` for somebody whom nobody knows yet. */
export interface Person {
  readonly session: PortalSession
  readonly user: User | undefined
}

/** Somebody whom the directory knows. */
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

/** Thrown where somebody asks for what can't be; the message tells him why and what to do. */
export class SelfServiceError extends Error {
  override readonly name = 'SelfServiceError'
  readonly code: SelfServiceErrorCode

  constructor(code: SelfServiceErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
