import type { Login, RequestIdentity } from './login.ts'

/**
 * Why a login is accepted; there are no other reasons:
 *
 * - `auth`: the API's `auth` answered `allow`;
 * - `preauth`: the API's `preauth` answered `allow` (a user in bypass, a policy);
 * - `exempt`: `exempt_username_N` names the user;
 * - `failmode safe`: the API is down, and the administrator chose to accept logins then;
 * - `primary only`: the administrator has switched the second factor off for a limited time, and the
 *   password was checked.
 */
export type Grounds = 'auth' | 'preauth' | 'exempt' | 'failmode safe' | 'primary only'

interface Decision {
  /** For logs and events; contains no link and no passcode. */
  readonly message: string
  /** What the user sees if it differs from `message`. It never reaches a log. */
  readonly userMessage?: string
  readonly factor?: string | undefined
  /** The answer of the API as the log words it; if absent, the log has `message`. */
  readonly answer?: string
  /** What shows that the API is down, if `failmode` decided. */
  readonly evidence?: string
}

export type Accept = {
  readonly kind: 'accept'
  readonly grounds: Grounds
  /**
   * What shows a client of MS-CHAPv2 that the API knows what the user typed (RFC 2759 §5). It never
   * reaches a log.
   */
  readonly serverProof?: string | undefined
} & Decision

export type Reject = {
  readonly kind: 'reject'
  /** Which check rejected the login; the second factor if absent. */
  readonly stage?: 'primary'
} & Decision

/** Asks the user for more. */
export type Challenge = {
  readonly kind: 'challenge'
  /** Identifies this challenge in the user's next request; 1 to 253 octets. */
  readonly state: Uint8Array
} & Decision

/** The decision on a login. */
export type Verdict = Accept | Reject | Challenge

/** What a user who typed nothing sees. */
export const nothingTyped = 'Type a passcode, push, phone or sms.'

export function reject(message: string, factor?: string): Reject {
  return { kind: 'reject', message, factor }
}

/** Decides on the logins of a server section. */
export interface Decider {
  /**
   * If not, a login with a State is rejected before `decide`. If so, `decide` must reject a State that
   * it did not issue.
   */
  readonly sendsChallenges: boolean
  /** If not, a login by CHAP or MS-CHAP is rejected before `decide`. */
  readonly takesResponses: boolean
  decide(login: Login): Verdict | Promise<Verdict>
  /** The request of a login in progress arrived again, so its client still waits. Must not throw. */
  retransmitted?(request: RequestIdentity): void
}
