import { AuthApiFailure, AuthApiUnavailable, type UnavailableReason } from '../index.ts'

/** A call that begins. */
export interface BegunCall {
  /**
   * `auth_waiting` waits for a user, so its duration says nothing about the API. It may consist of many
   * `auth_status`, which the API may hold.
   */
  readonly name: 'check' | 'preauth' | 'auth' | 'auth_waiting' | 'auth_status'
  /** The username as the client sent it; `undefined` if the call has none. */
  readonly username?: string | undefined
}

/** How a call ended. */
export interface ApiCall extends BegunCall {
  /** `refused`: the API answered with a failure; otherwise why there was no answer. */
  readonly outcome: 'answered' | 'refused' | UnavailableReason | 'error'
  readonly elapsedMs: number
}

/** @param error What the call threw. */
export function toOutcome(error: unknown): ApiCall['outcome'] {
  if (error instanceof AuthApiFailure) return 'refused'
  return error instanceof AuthApiUnavailable ? error.reason : 'error'
}
