import { AuthApiFailure, AuthApiUnavailable, parseStatusAnswer } from '../index.ts'
import { type ApiCall, toOutcome } from './api_call.ts'
import { retryAfterMs } from './back_off.ts'
import type { RawAnswer } from './exchange.ts'
import { parsed, parseResponse } from './response.ts'
import type { StatusReply } from './status_polls.ts'

const defaultRetryMs = 2_000

/**
 * Reads the answer to one `auth_status`.
 *
 * @param answer The answer, or why there is none.
 * @param now Milliseconds since 1970, for a date in `Retry-After`.
 */
export function toStatusReply(
  answer: RawAnswer | AuthApiUnavailable,
  now: number,
): { readonly reply: StatusReply; readonly outcome: ApiCall['outcome'] } {
  try {
    if (answer instanceof Error) throw answer
    const status = parsed(parseResponse(answer), parseStatusAnswer)
    const reply: StatusReply =
      status === 'waiting' ? { kind: 'waiting' } : { kind: 'final', answer: status }
    return { reply, outcome: 'answered' }
  } catch (error) {
    return { reply: toProblem(error, answer, now), outcome: toOutcome(error) }
  }
}

function toProblem(
  error: unknown,
  answer: RawAnswer | AuthApiUnavailable,
  now: number,
): StatusReply {
  if (error instanceof AuthApiFailure) {
    if (error.status === 429 && !(answer instanceof Error)) {
      return { kind: 'too_many', retryMs: retryAfterMs(answer.headers, now) ?? defaultRetryMs }
    }
    return { kind: 'refused', problem: `${error.code} ${error.message}` }
  }
  if (!(error instanceof AuthApiUnavailable)) throw error
  const problem = `${error.reason}: ${error.message}`
  return { kind: error.reason === 'malformed' ? 'refused' : 'failed', problem }
}
