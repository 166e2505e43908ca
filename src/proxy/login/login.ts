/** A sign-in on its way through the proxy, whichever protocol brought it. */
export interface Login {
  /** Begins each of its log lines. */
  readonly label: string
  readonly username: string
  /** What the user typed: the factor or the passcode. */
  readonly word: string
  /** The user's own address, if the appliance sends it. */
  readonly ipaddr: string | undefined
}

/**
 * Why a sign-in is let in; there are no other reasons:
 *
 * - `auth`: the API's `auth` said `allow`;
 * - `preauth`: the API's `preauth` said `allow` (a user in bypass, a policy);
 * - `exempt`: the administrator named the user in `exempt_username_N`;
 * - `failmode safe`: the API is down, and the administrator chose to let users in then.
 */
export type Grounds = 'auth' | 'preauth' | 'exempt' | 'failmode safe'

interface Outcome {
  /** What logs and events show; it holds no link and no passcode. */
  readonly message: string
  /** What the user sees if it differs from `message`. It never reaches a log. */
  readonly userMessage?: string
  readonly factor: string | undefined
  /** What shows that the API is down, if `failmode` decided. */
  readonly evidence?: string
}

/** The decision on a sign-in. */
export type Verdict =
  | ({ readonly kind: 'accept'; readonly grounds: Grounds } & Outcome)
  | ({ readonly kind: 'reject' } & Outcome)

export function reject(message: string, factor?: string): Verdict {
  return { kind: 'reject', message, factor }
}
