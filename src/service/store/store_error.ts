export type StoreErrorCode =
  | 'STORE_FOLDER'
  | 'STORE_READ_ONLY'
  | 'STORE_FULL'
  | 'STORE_WRONG_KEY'
  | 'STORE_KEY_FILE'
  | 'STORE_UNREACHABLE'
  | 'STORE_NEEDS_MIGRATION'
  | 'STORE_NEWER_SCHEMA'
  | 'STORE_OTHER_SCHEMA'
  | 'STORE_DAMAGED'
  | 'STORE_BUSY'
  | 'STORE_DATABASE_URL'
  | 'STORE_NO_DATA'
  | 'STORE_CURSOR'
  | 'STORE_CONNECTION_LOST'
  | 'STORE_OUTCOME_UNKNOWN'

/** Thrown if the data can't be used; its message is one line that says what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
