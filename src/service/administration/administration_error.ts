import type { HourlyCap } from './hourly_caps.ts'
import type { Permit } from './roles.ts'

export type AdministrationErrorCode =
  | 'ADMINISTRATION_DENIED'
  /** The act needs a factor that was proved minutes ago. */
  | 'ADMINISTRATION_STEP_UP'
  /** The administrator did too much in this hour. */
  | 'ADMINISTRATION_LIMIT'
  /** The act needs a second person, and can't be requested in this way. */
  | 'ADMINISTRATION_APPROVAL'

interface AdministrationErrorDetail {
  /** The permit that is missing. */
  readonly permit?: Permit
  /** The limit that is exceeded, and when it ends. */
  readonly cap?: HourlyCap
  readonly retryAfterSecs?: number
}

/** Thrown if an administrator may not do what they asked for; nothing has changed. */
export class AdministrationError extends Error {
  override readonly name = 'AdministrationError'
  readonly code: AdministrationErrorCode
  readonly permit: Permit | undefined
  readonly cap: HourlyCap | undefined
  readonly retryAfterSecs: number | undefined

  constructor(
    code: AdministrationErrorCode,
    message: string,
    detail: AdministrationErrorDetail = {},
  ) {
    super(message)
    this.code = code
    this.permit = detail.permit
    this.cap = detail.cap
    this.retryAfterSecs = detail.retryAfterSecs
  }
}
