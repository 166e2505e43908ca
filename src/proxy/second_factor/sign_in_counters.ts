/** Logins that the API did not answer, and those that joined others, since the proxy started. */
export class SignInCounters {
  /** Accepted by `failmode=safe`. */
  failOpens = 0
  /** Rejected by `failmode=secure`. */
  failClosed = 0
  /** Rejected because the API is busy. */
  busy = 0
  /** Of those that are busy: rejected because `api_max_waiting` was reached. */
  tooManyWaiting = 0
  /** Accepted with the password alone in primary-only mode. */
  primaryOnlyAccepted = 0
  /** Rejected in primary-only mode, because no password was checked. */
  primaryOnlyRejected = 0
  /** Retransmissions from another port that joined their login. */
  joinedRetransmissions = 0
  /** Retries with new packets that joined their login. */
  joinedRetries = 0
  /** Retries that two requests competed for. */
  competingRetries = 0
  /** Approvals that let nobody in, because no request was waiting any more. */
  unclaimedApprovals = 0

  /** Adds the numbers of another process. */
  add(other: SignInCounts): void {
    for (const name of names) this[name] += other[name]
  }
}

/** The numbers of `SignInCounters`. */
export type SignInCounts = Omit<SignInCounters, 'add'>

const names = Object.keys(new SignInCounters()) as readonly (keyof SignInCounts)[]
