import type { AuthApiUnavailable } from '../../duo/index.ts'
import { ApiDown, type Availability, type Since } from './availability.ts'

/** The call of a login that has no answer. */
export interface UnansweredCall {
  readonly asking: 'preauth' | 'auth'
  readonly error: AuthApiUnavailable | ApiDown
  /** When the login began. */
  readonly since: Since
}

export type Diagnosis =
  /** The API is down: the administrator's `failmode` decides. */
  | { readonly kind: 'outage'; readonly evidence: string }
  /** The API answers, but this call was not answered in time: a rejection in either mode. */
  | { readonly kind: 'busy' }
  /** The request may have taken effect, or its answer made no sense: a rejection in either mode. */
  | { readonly kind: 'unanswered' }

/**
 * Decides whether a call without an answer means that the API is down.
 *
 * What the call ran into is never enough: an attacker can cause a timeout or an HTTP 500 for one
 * user, or fill a queue. It takes a `check` that fails while nobody else has an answer either.
 */
export async function diagnose(
  { asking, error, since }: UnansweredCall,
  availability: Availability,
): Promise<Diagnosis> {
  if (error instanceof ApiDown) return { kind: 'outage', ...error.outage }
  if (!outageMayDecide(asking, error)) return { kind: 'unanswered' }
  const outage = await availability.outage(since)
  if (outage === undefined) return { kind: 'busy' }
  return {
    kind: 'outage',
    evidence: `${asking} failed: ${error.reason}: ${error.message}; ${outage.evidence}`,
  }
}

/**
 * Once `auth` may have been received, a missing answer is what a user gets whose push nobody
 * approves: under `safe` an attacker would only have to wait. An HTTP 5xx is an answer: the API says
 * that it did not decide. `preauth` starts nothing, so that an outage may decide whenever it failed.
 */
function outageMayDecide(asking: 'preauth' | 'auth', error: AuthApiUnavailable): boolean {
  if (error.reason === 'malformed') return false
  return asking === 'preauth' || error.reason === 'http_5xx' || !error.mayHaveBeenReceived
}
