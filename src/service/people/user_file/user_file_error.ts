export type UserFileErrorCode =
  | 'USER_FILE_ENCODING'
  | 'USER_FILE_SYNTAX'
  | 'USER_FILE_COLUMNS'
  | 'USER_FILE_TOO_LARGE'

/** Thrown if a file of users can't be read at all; the message says what to do. */
export class UserFileError extends Error {
  override readonly name = 'UserFileError'
  readonly code: UserFileErrorCode

  constructor(code: UserFileErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
