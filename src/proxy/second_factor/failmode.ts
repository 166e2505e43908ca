import type { AuthApiUnavailable } from '../../duo/index.ts'
import type { Log } from '../../host/log.ts'
import type { Login } from '../login/login.ts'
import { reject, type Verdict } from '../login/verdict.ts'
import type { Unanswered } from './api_questions.ts'
import { ApiDown, type Availability } from './availability.ts'
import type { SignInCounters } from './sign_in_counters.ts'
import { busy } from './status_text.ts'
import { acceptWithoutSecondFactor } from './without_second_factor.ts'

export interface FailmodeOptions {
  readonly failmode: 'safe' | 'secure'
  readonly counters: SignInCounters
  readonly log: Log
}

// parsers of the vendor's log look for these two
const failedSafe = 'Failmode Safe - Allowed Duo login on preauth failure'
const failedSecure = 'Failmode Secure - Denied Duo login on preauth failure'
const unanswered = 'The sign-in service gave no answer. Please try again.'
const unreachable = 'The sign-in service cannot be reached. Please contact your administrator.'

/** Decides on logins that the API did not answer. docs/failmode.md explains the rules. */
export class Failmode {
  readonly #options: FailmodeOptions
  readonly #availability: Availability

  constructor(options: FailmodeOptions, availability: Availability) {
    this.#options = options
    this.#availability = availability
  }

  /** @param factor The factor that the user asked for, if it is known. */
  async decide(login: Login, question: Unanswered, factor: string | undefined): Promise<Verdict> {
    const { failmode, counters, log } = this.#options
    const { asking, reason } = question
    if (!(reason instanceof ApiDown) && reason.reason === 'too_many_waiting') {
      // not logged for each login, because there may be thousands; the limit itself logs
      counters.busy++
      counters.tooManyWaiting++
      return reject(busy, factor)
    }
    const cause = reason instanceof ApiDown ? '' : `${reason.reason}: `
    log.error(`${login.label}: ${asking} failed: ${cause}${reason.message}`)
    const diagnosis = await diagnose(question, this.#availability)
    if (diagnosis.kind === 'unanswered') return reject(unanswered, factor)
    if (diagnosis.kind === 'busy') {
      counters.busy++
      log.error(`${login.label}: rejected: the API answers, but not in time`)
      return reject(busy, factor)
    }
    const { evidence } = diagnosis
    if (failmode === 'safe') {
      counters.failOpens++
      const grounds = 'failmode safe'
      const accepted = { grounds, message: failedSafe, factor, evidence } as const
      return acceptWithoutSecondFactor(login, accepted, counters, log)
    }
    counters.failClosed++
    log.error(`${login.label}: ${failedSecure}: ${evidence}`)
    return { ...reject(failedSecure, factor), userMessage: unreachable, evidence }
  }
}

type Diagnosis =
  /** The API is down: `failmode` decides. */
  | { readonly kind: 'outage'; readonly evidence: string }
  /** The API answers others, but not this call in time: rejected in both modes. */
  | { readonly kind: 'busy' }
  /** The request may have taken effect, or its answer was invalid: rejected in both modes. */
  | { readonly kind: 'unanswered' }

/**
 * Decides whether an unanswered call means that the API is down.
 *
 * The failure of the call itself is never enough, because an attacker can cause a timeout or an
 * HTTP 500 for one user, or fill a queue. `check` must fail too, while no other user gets an answer.
 */
async function diagnose(
  { asking, reason, since }: Unanswered,
  availability: Availability,
): Promise<Diagnosis> {
  if (reason instanceof ApiDown) return { kind: 'outage', ...reason.outage }
  if (!failmodeMayApply(asking, reason)) return { kind: 'unanswered' }
  const outage = await availability.outage(since)
  if (outage === undefined) return { kind: 'busy' }
  return {
    kind: 'outage',
    evidence: `${asking} failed: ${reason.reason}: ${reason.message}; ${outage.evidence}`,
  }
}

/**
 * Not once the API may have received `auth`: an unapproved push also ends without an answer, so
 * an attacker would only have to wait. After an HTTP 5xx the API has decided nothing. `preauth` starts
 * nothing, so failmode may apply whenever it failed.
 */
function failmodeMayApply(asking: 'preauth' | 'auth', reason: AuthApiUnavailable): boolean {
  if (reason.reason === 'malformed') return false
  return asking === 'preauth' || reason.reason === 'http_5xx' || !reason.mayHaveBeenReceived
}
