/** Results of sign-ins whose calls had no answer, since the proxy started. */
export class SignInCounters {
  /** Let in by `failmode=safe`. */
  failOpens = 0
  /** Rejected by `failmode=secure`. */
  failClosed = 0
  /** Rejected because the API answers, but not in time. */
  busy = 0
}
