import { findUserNameProblem } from './user_name_rule.ts'

/** What the link fills in. */
export interface LaunchLinkParts {
  /** `WSpdx+4RN5ND`, from the invitation mail or the console. */
  readonly registrationCode: string
  /** The username; without one, the user types it. */
  readonly username?: string | undefined
  /** The content of the MFA field: `push`, `phone2`, a passcode. */
  readonly mfaCode?: string | undefined
}

/** Thrown for parts that no link can have; the message says what to change. */
export class LaunchLinkError extends Error {
  override readonly name = 'LaunchLinkError'
}

const codeForm = /^[A-Za-z0-9]{2,12}\+[A-Za-z0-9]{4,12}$/

/**
 * A link that opens the WorkSpaces client with its sign-in form filled in. Only the password is missing.
 * It contains no secret: the word `push` is not one.
 *
 * @throws {LaunchLinkError}
 */
export function launchLink({
  registrationCode,
  username = '',
  mfaCode = '',
}: LaunchLinkParts): string {
  const code = registrationCode.trim()
  if (!codeForm.test(code)) {
    throw new LaunchLinkError(
      `'${code}' is not a registration code; it looks like WSpdx+4RN5ND and is in the invitation mail and on the directory's page of the WorkSpaces console`,
    )
  }
  const name = username.trim()
  const problem = name === '' ? undefined : findUserNameProblem(name)
  if (problem !== undefined) {
    throw new LaunchLinkError(`'${name}' is not a WorkSpaces username: ${problem}`)
  }
  const user = name === '' ? '' : `${encodeURIComponent(name)}@`
  const typed = mfaCode.trim()
  const query = typed === '' ? '' : `?MFACode=${encodeURIComponent(typed)}`
  return `workspaces://${user}${code}${query}`
}
