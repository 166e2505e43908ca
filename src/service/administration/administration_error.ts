export type AdministrationErrorCode = 'ADMINISTRATION_DENIED'

/** Thrown if an administrator may not do what they asked for; nothing has changed. */
export class AdministrationError extends Error {
  override readonly name = 'AdministrationError'
  readonly code: AdministrationErrorCode

  constructor(code: AdministrationErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
