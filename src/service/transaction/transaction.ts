/** How one authentication stands, in the API's words (duo.com/docs/authapi, /auth_status). */
export interface Standing {
  readonly result: 'waiting' | 'allow' | 'deny'
  /** `pushed`, `calling`, `allow`, `bypass`, `deny`, `timeout`, `fraud`, `sent`, `locked_out`, … */
  readonly status: string
  readonly statusMsg: string
}

/** Where it can only stay. */
export type FinalStanding = Standing & { readonly result: 'allow' | 'deny' }

/** One authentication: opened, and then settled or expired. */
export interface Transaction {
  /** UUID, lower case. */
  readonly txid: string
  readonly ikey: string
  readonly userId: string | null
  readonly factor: string
  readonly standing: Standing
  /** Milliseconds since 1970, as the other moments. */
  readonly opened: number
  /** When it is settled as timed out, if nobody has answered. */
  readonly expires: number
  readonly settled: number | null
}

/** How long a user has to answer a push or a call. */
export const answerWithinMs = 60_000

/** How long the outcome can be read after it is settled. */
export const readableForMs = 300_000

export function isFinal(standing: Standing): standing is FinalStanding {
  return standing.result !== 'waiting'
}

/** Whether nobody has answered in time. */
export function isExpired(transaction: Transaction, now: number): boolean {
  return !isFinal(transaction.standing) && now >= transaction.expires
}

/** Whether its outcome has been there for long enough for everybody to have read it. */
export function isForgotten({ settled }: Transaction, now: number): boolean {
  return settled !== null && now >= settled + readableForMs
}
