import type { RetrySchedule } from '../../../radius/index.ts'

/** How an authentication ends, in the API's words. */
export interface Outcome {
  readonly result: 'allow' | 'deny'
  readonly status: string
  readonly status_msg: string
}

/** An outcome that denies the sign-in. */
export interface Denial extends Outcome {
  readonly result: 'deny'
}

/** Settles waiting sign-ins. sign_in/settlement.ts is the only implementation. */
export interface Settles {
  /** @returns Whether this outcome settled it. */
  settle(txid: string, outcome: Outcome, reason: string): Promise<boolean>
}

/** How long users may take to answer a push or a call. */
export const answerSecs = 60

/**
 * How the next request of a RADIUS client is awaited. It may be on its way for somewhat longer than a proxy needs to
 * leave a node that hangs. One may be missing: while one of two proxies is down, every second request is lost.
 */
export const awaitedRequests = { delayMs: 5_000, mayLose: 1 } as const

/** The status of an authentication that still needs an answer. */
export interface Waiting {
  readonly result: 'waiting'
  /** `pushed`, `calling`, … */
  readonly status: string
  readonly status_msg: string
}

/** What the user sees in the prompt. */
export interface SignInRequest {
  /** The application's name. */
  readonly application: string
  readonly username: string
  /** As the client sent them, unchecked; empty if it sent none. */
  readonly ipaddr: string
  readonly hostname: string
  /** `type` of the API: what is being approved, if it is not a login. */
  readonly type?: string | undefined
  /** `display_username` of the API. */
  readonly displayUsername?: string | undefined
  /** `pushinfo` of the API: further details to show. */
  readonly pushinfo?: readonly (readonly [string, string])[] | undefined
}

/**
 * A code that proves that the user who answers also sees the login. `enter`: the login shows it and the
 * user types it into the app; `show`: the app shows it and the user types it at the login.
 */
export interface Verification {
  readonly kind: 'enter' | 'show'
  readonly code: string
}

/** One authentication: waiting for an answer, or settled for good. */
export interface Transaction {
  readonly txid: string
  readonly ikey: string
  readonly userId: string | null
  readonly factor: string
  /** The phone of the prompt; `null` if there is none. */
  readonly phoneId: string | null
  readonly request: SignInRequest
  readonly verification: Verification | undefined
  /** The `txid` of the request that this one repeats, if a client sends one sign-in several times. */
  readonly repeatOf: string | null
  /** How its client retries with requests that may join it; `null` if none may. */
  readonly retries: RetrySchedule | null
  /** Whether two requests competed to join it, so that no further one may. */
  readonly retriesClosed: boolean
  /** When it was approved, if that approval waits for a request that it lets in. */
  readonly approved: number | null
  /** The only request that its approval let in; `null` if all callers get the same outcome. */
  readonly acceptedRequest: string | null
  readonly opened: number
  /** When the RADIUS request that opened it reached its proxy; `opened` if no proxy said it. */
  readonly requested: number
  /** How much earlier it may have reached it, because the proxy could not run. */
  readonly unreadMs: number
  readonly expires: number
  readonly outcome: Outcome | Waiting
}

/** The outcome of an authentication that was not answered. */
export const timedOut: Outcome = {
  result: 'deny',
  status: 'timeout',
  status_msg: 'Login timed out.',
}

/** The outcome of a request whose login was let in by another request, or not at all. */
const superseded: Outcome = { ...timedOut }

/**
 * The outcome of a settled authentication for one of the requests that waited for it.
 *
 * @param requestId `undefined` for a caller that named no request.
 */
export function outcomeFor(
  { outcome, acceptedRequest }: Pick<Transaction, 'outcome' | 'acceptedRequest'>,
  requestId: string | undefined,
): Outcome {
  const { result, status, status_msg } = outcome
  if (result === 'waiting') return timedOut
  const isMeant = acceptedRequest === null || acceptedRequest === requestId
  return result === 'allow' && !isMeant ? superseded : { result, status, status_msg }
}

/** How far the clocks of nodes may differ. */
export const clocksApartMs = 5 * 60_000

/**
 * Whether it was not answered in time. One that was opened in the future is overdue as well: the clock was
 * set back, and the transaction would wait too long.
 */
export function isOverdue({ outcome, opened, expires }: Transaction, now: number): boolean {
  return outcome.result === 'waiting' && (now >= expires || opened > now + clocksApartMs)
}

/** Receives what happens to transactions of this process, before the commit; must not throw. */
export interface TransactionObserver {
  /** A request waits for an answer. */
  opened(opening: Opening): void
  settled(txid: string, outcome: Outcome): void
}

/** A client that waits for a reply; `destroyed` once its connection is closed. */
export interface Caller {
  readonly destroyed: boolean
  on(event: 'close', listener: () => void): unknown
}

/** What is known of an authentication when it begins. */
export type Opening = Pick<
  Transaction,
  'txid' | 'ikey' | 'userId' | 'factor' | 'phoneId' | 'request' | 'verification' | 'repeatOf'
> &
  Partial<Pick<Transaction, 'retries'>> &
  Partial<Record<'requested' | 'unreadMs', number | undefined>>
