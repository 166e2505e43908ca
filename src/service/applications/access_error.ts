export type AccessErrorCode =
  | 'ACCESS_GONE'
  | 'ACCESS_NAME'
  | 'ACCESS_NAME_TAKEN'
  | 'ACCESS_OWN_APPLICATION'
  | 'ACCESS_POLICY_CHANGED'
  | 'ACCESS_POLICY_GLOBAL'
  | 'ACCESS_POLICY_GONE'
  | 'ACCESS_POLICY_NAME'
  | 'ACCESS_POLICY_NAME_TAKEN'
  | 'ACCESS_POLICY_SECTION'
  | 'ACCESS_POLICY_SHARED'
  | 'ACCESS_SETTING'

/** Thrown if an application or a policy can't be kept as asked; the message says what to do. */
export class AccessError extends Error {
  override readonly name = 'AccessError'
  readonly code: AccessErrorCode

  constructor(code: AccessErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
