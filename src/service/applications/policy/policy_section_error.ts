import { AccessError } from '../access_error.ts'

/** A value that a section of a policy can't have. */
export class PolicySectionError extends AccessError {
  /** The message without the path. */
  readonly reason: string

  /** @param path Section and keys: `access_hours.allowed.0.from`. */
  constructor(path: string, reason: string) {
    super('ACCESS_POLICY_SECTION', `${path}: ${reason}`)
    this.reason = reason
  }
}
