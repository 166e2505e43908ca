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

interface Outcome {
  /** What logs and events show; it holds no link and no passcode. */
  readonly message: string
  /** What the user sees where that differs from `message`. It never reaches a log. */
  readonly userMessage?: string
  readonly factor: string | undefined
}

/** The decision on a sign-in. */
export type Verdict =
  | ({ readonly kind: 'accept' } & Outcome)
  | ({ readonly kind: 'reject' } & Outcome)

export function reject(message: string, factor?: string): Verdict {
  return { kind: 'reject', message, factor }
}
