/** How an authentication ends, in the API's words. */
export interface Outcome {
  readonly result: 'allow' | 'deny'
  readonly status: string
  readonly status_msg: string
}

/** How one stands that somebody still has to answer. */
export interface Waiting {
  readonly result: 'waiting'
  /** `pushed`, `calling`, … */
  readonly status: string
  readonly status_msg: string
}

/** What whoever is asked is shown of a sign-in. */
export interface SignInRequest {
  /** The application's name. */
  readonly application: string
  readonly username: string
  /** As the client sent them, which may be anything; empty where it sent none. */
  readonly ipaddr: string
  readonly hostname: string
  /** `type` of the API: what is asked for, where it is not a login. */
  readonly type?: string | undefined
  /** `display_username` of the API. */
  readonly displayUsername?: string | undefined
  /** `pushinfo` of the API: what the application wants to be shown. */
  readonly pushinfo?: readonly (readonly [string, string])[] | undefined
}

/**
 * A code that proves that whoever answers sees the sign-in: `enter`, it is shown at the login and
 * typed into the app; `show`, the app shows it and it is typed at the login.
 */
export interface Verification {
  readonly kind: 'enter' | 'show'
  readonly code: string
}

/** One authentication: waiting for somebody, or settled for good. */
export interface Transaction {
  readonly txid: string
  readonly ikey: string
  readonly userId: string | null
  readonly factor: string
  /** The phone that is asked; `null` where none is. */
  readonly phoneId: string | null
  readonly request: SignInRequest
  readonly verification: Verification | undefined
  /** The `txid` of the request that this one repeats, where a client sends one sign-in again. */
  readonly repeatOf: string | null
  readonly opened: number
  readonly expires: number
  readonly outcome: Outcome | Waiting
}

/** What an authentication that nobody answered comes to. */
export const timedOut: Outcome = {
  result: 'deny',
  status: 'timeout',
  status_msg: 'Login timed out.',
}

/** How far the clocks of nodes may be apart. */
export const clocksApartMs = 5 * 60_000

/**
 * Whether nobody has answered it in time. One that is to begin later than now is of a time that is
 * over: the clock was put back, and it would wait for as long again.
 */
export function isOverdue({ outcome, opened, expires }: Transaction, now: number): boolean {
  return outcome.result === 'waiting' && (now >= expires || opened > now + clocksApartMs)
}

/** Whoever waits for an answer: his connection is destroyed when he has hung up. */
export interface Caller {
  readonly destroyed: boolean
  on(event: 'close', listener: () => void): unknown
}

/** What is known of one when it begins. */
export type Opening = Pick<
  Transaction,
  'txid' | 'ikey' | 'userId' | 'factor' | 'phoneId' | 'request' | 'verification' | 'repeatOf'
>
