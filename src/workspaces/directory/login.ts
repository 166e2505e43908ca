import { Secret } from '../../host/secret.ts'

/** The only text that a user sees when a login fails, whatever the reason (AWS re:Post). */
export const failureMessage =
  'Authentication Failed: Please check your username and password to make sure you typed them correctly'

/** What the WorkSpaces client sends: all three fields of its form. */
export interface LoginRequest {
  readonly username: string
  readonly password: string | Secret
  /** Content of the MFA field. */
  readonly mfaCode: string
  /** Address of the user's computer. */
  readonly clientIp?: string
}

/** What the WorkSpaces client gets. Why a login failed is in the trace only. */
export interface LoginResult {
  readonly loginId: string
  readonly result: 'accepted' | 'denied'
  readonly message?: string
}

export function toSecret(text: string | Secret): Secret {
  return text instanceof Secret ? text : new Secret(text)
}
