export type SettingErrorCode =
  /** There is no such setting. */
  | 'SETTING_UNKNOWN'
  /** The value is not allowed. */
  | 'SETTING_INVALID'
  /** countersign.cfg sets it. */
  | 'SETTING_FIXED'

/** Thrown if a setting can't be changed as requested; the message says what to do. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
  readonly code: SettingErrorCode
  /** The key of the setting, as requested. */
  readonly key: string
  /** What is wrong, without the key, for a page that shows it below the labelled field. */
  readonly problem: string

  /** @param problem If the message begins with the key, the rest of it. */
  constructor(code: SettingErrorCode, key: string, message: string, problem = message) {
    super(message)
    this.code = code
    this.key = key
    this.problem = problem
  }
}
