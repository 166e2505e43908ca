/** Whether a user may sign in, as the API names it. */
export const userStatuses = ['active', 'bypass', 'disabled', 'locked out'] as const
export type UserStatus = (typeof userStatuses)[number]

export interface User {
  /** `DU…` */
  readonly userId: string
  readonly username: string
  readonly aliases: readonly string[]
  readonly realname: string
  readonly email: string
  readonly status: UserStatus
  /** In milliseconds since 1970, as all times here. */
  readonly created: number
  readonly lastLogin: number | null
}

/** Whether a user may be given something to sign in with. */
export function mayEnrol({ status }: Pick<User, 'status'>): boolean {
  return status === 'active' || status === 'bypass'
}

export type DirectoryErrorCode =
  | 'DIRECTORY_NAME_TAKEN'
  | 'DIRECTORY_LOOK_ALIKE'
  | 'DIRECTORY_NAME'
  | 'DIRECTORY_STATUS'
  | 'DIRECTORY_NUMBER'
  | 'DIRECTORY_SECRET'
  | 'DIRECTORY_SERIAL_TAKEN'
  | 'DIRECTORY_YUBIKEY'
  | 'DIRECTORY_TOO_MANY'
  | 'DIRECTORY_NOT_FOUND'

/** Thrown if a change of the directory is not possible; the message says what to do. */
export class DirectoryError extends Error {
  override readonly name = 'DirectoryError'
  readonly code: DirectoryErrorCode

  constructor(code: DirectoryErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
