import type { Log } from '../../host/log.ts'
import type { Login } from '../login/login.ts'
import type { Accept } from '../login/verdict.ts'
import type { SignInCounters } from './sign_in_counters.ts'

/** Accepts a login without a second factor, and logs a warning. */
export function acceptWithoutSecondFactor(
  login: Login,
  accepted: Omit<Accept, 'kind' | 'grounds'> & {
    readonly grounds: 'exempt' | 'failmode safe' | 'primary only'
  },
  counters: SignInCounters,
  log: Log,
): Accept {
  const { message, evidence } = accepted
  const why = evidence === undefined ? '' : ` (${evidence})`
  log.warn(`${login.label}: let in without a second factor: ${message}${why}`, {
    failOpens: counters.failOpens,
  })
  return { kind: 'accept', ...accepted }
}
