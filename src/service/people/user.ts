/** Whether a user may sign in, as the API names it. */
export const userStatuses = ['active', 'bypass', 'disabled', 'locked out'] as const
/** The status of a user outside the trash. */
export type KeptStatus = (typeof userStatuses)[number]
/** `pending deletion`: the user is in the trash. */
export type UserStatus = KeptStatus | 'pending deletion'

/** Why and how long a user signs in without a second factor. */
export interface Bypass {
  readonly since: number | null
  /** `null` for no end. */
  readonly until: number | null
  /** The administrator who set it, as the administrator log names them; `null` if unknown. */
  readonly by: string | null
}

export interface Trashed {
  readonly at: number
  /** The administrator who did it, as the administrator log names them. */
  readonly by: string
}

/** A user without their aliases, which no decision needs. */
export type UserRecord = Omit<User, 'aliases'>

export interface User {
  /** `DU…` */
  readonly userId: string
  readonly username: string
  readonly aliases: readonly string[]
  readonly realname: string
  readonly email: string
  readonly firstname: string
  readonly lastname: string
  readonly notes: string
  /** The identifier of the user in another system. */
  readonly externalId: string | null
  /** As stored; `currentStatus` also knows that a bypass has ended. */
  readonly status: UserStatus
  /** `null` unless the status is `bypass`. */
  readonly bypass: Bypass | null
  /** `null` unless the user is in the trash. */
  readonly trashed: Trashed | null
  /** Whether the user has a phone, token or YubiKey. */
  readonly enrolled: boolean
  /** When the user first had one, even if it is gone; `null` for never. */
  readonly firstEnrolled: number | null
  /** In milliseconds since 1970, as all times here. */
  readonly created: number
  readonly lastLogin: number | null
}

/** The status of a user now: `active` again after the end of a bypass. */
export function currentStatus(
  { status, bypass }: Pick<User, 'status' | 'bypass'>,
  now: number,
): UserStatus {
  const hasEnded = status === 'bypass' && bypass !== null && isOver(bypass, now)
  return hasEnded ? 'active' : status
}

function isOver({ until }: Bypass, now: number): boolean {
  return until !== null && until <= now
}

/** Whether a user may be given something to sign in with. */
export function mayEnrol({ status }: Pick<User, 'status'>): boolean {
  return status === 'active' || status === 'bypass'
}

export type DirectoryErrorCode =
  | 'DIRECTORY_NAME_TAKEN'
  | 'DIRECTORY_LOOK_ALIKE'
  | 'DIRECTORY_NAME'
  | 'DIRECTORY_FIELD'
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
