/** A sign-in on its way through the proxy, whichever protocol brought it. */
export interface Login {
  /** Stands in front of each of its log lines. */
  readonly label: string
  readonly username: string
  /** What the user typed: the factor or the passcode. */
  readonly word: string
  /** The user's own address where the appliance tells it. */
  readonly ipaddr: string | undefined
}

/** What becomes of a sign-in. */
export type Verdict =
  | { readonly kind: 'accept'; readonly message: string; readonly factor: string | undefined }
  | { readonly kind: 'reject'; readonly message: string; readonly factor: string | undefined }

export function reject(message: string, factor?: string): Verdict {
  return { kind: 'reject', message, factor }
}
