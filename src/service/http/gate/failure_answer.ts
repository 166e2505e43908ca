import { AuthApiFailure, type Envelope, failure, failures } from '../../../duo/index.ts'
import { StoreError } from '../../store/store_error.ts'
import { TooManyRequests } from './request_limit.ts'

/** What a failed call is answered with. */
export interface FailureAnswer {
  readonly status: number
  readonly envelope: Envelope
  /** For the header `Retry-After`. */
  readonly retryAfterSecs?: number
  /** What happened, if the service can't decide: for its log, and never for the client. */
  readonly problem?: string
}

/** Turns the error of a call into the API's envelope, without messages of libraries or the database. */
export function toFailureAnswer(error: unknown): FailureAnswer {
  if (error instanceof AuthApiFailure) {
    const { code, status, detail } = error
    const envelope = failure({ code, status, message: failureMessage(code) }, detail)
    if (!(error instanceof TooManyRequests)) return { status, envelope }
    return { status, envelope, retryAfterSecs: Math.max(1, error.retryAfterSecs) }
  }
  // the service can't decide: clients apply their failmode
  const row = isDatabaseAway(error) ? failures.unavailable : failures.internal
  return { status: row.status, envelope: failure(row), problem: errorText(error) }
}

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof StoreError)) return false
  return error.code === 'STORE_CONNECTION_LOST' || error.code === 'STORE_OUTCOME_UNKNOWN'
}

function failureMessage(code: number): string {
  return Object.values(failures).find((row) => row.code === code)?.message ?? 'Failure'
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
