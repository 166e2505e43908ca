export type TokenFileErrorCode =
  /** Not text, or too long. */
  | 'TOKEN_FILE_TEXT'
  /** Not well-formed XML, or XML with features that no key container needs. */
  | 'TOKEN_FILE_XML'
  /** Not a file of the expected format. */
  | 'TOKEN_FILE_FORM'
  /** An unsupported encryption. */
  | 'TOKEN_FILE_ENCRYPTION'
  | 'TOKEN_FILE_KEY_NEEDED'
  | 'TOKEN_FILE_PASSWORD_NEEDED'
  /** A wrong key or password. */
  | 'TOKEN_FILE_WRONG_KEY'
  /** An altered value. */
  | 'TOKEN_FILE_ALTERED'
  /** An error in one line or key package only. */
  | 'TOKEN_FILE_RECORD'

/**
 * Thrown if a token file can't be read. The message never repeats content that may be a secret.
 */
export class TokenFileError extends Error {
  override readonly name = 'TokenFileError'
  readonly code: TokenFileErrorCode

  constructor(code: TokenFileErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Creates the error of one line or key package. */
export function wrongRecord(message: string): TokenFileError {
  return new TokenFileError('TOKEN_FILE_RECORD', message)
}
