/** Logins that the API did not answer, since the proxy started. */
export class SignInCounters {
  /** Accepted by `failmode=safe`. */
  failOpens = 0
  /** Rejected by `failmode=secure`. */
  failClosed = 0
  /** Rejected because the API is busy. */
  busy = 0
}
