export type TokenFileErrorCode =
  /** It is no text, or far too long. */
  | 'TOKEN_FILE_TEXT'
  /** It is no well-formed XML, or XML with more in it than a key container has. */
  | 'TOKEN_FILE_XML'
  /** It is not a file of the form that it was read as. */
  | 'TOKEN_FILE_FORM'
  /** It is encrypted in a way that is not known here. */
  | 'TOKEN_FILE_ENCRYPTION'
  | 'TOKEN_FILE_KEY_NEEDED'
  | 'TOKEN_FILE_PASSWORD_NEEDED'
  /** The key or the password does not open it. */
  | 'TOKEN_FILE_WRONG_KEY'
  /** A value was altered after it was encrypted. */
  | 'TOKEN_FILE_ALTERED'
  /** One line or one key package; the others may be right. */
  | 'TOKEN_FILE_RECORD'

/**
 * Thrown where a file of tokens can't be read. The message says what was found and what to do, and
 * never repeats what stands in the file where a secret may stand.
 */
export class TokenFileError extends Error {
  override readonly name = 'TokenFileError'
  readonly code: TokenFileErrorCode

  constructor(code: TokenFileErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** What is wrong with one line, or one key package. */
export function wrongRecord(message: string): TokenFileError {
  return new TokenFileError('TOKEN_FILE_RECORD', message)
}
