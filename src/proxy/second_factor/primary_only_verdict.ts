import type { Log } from '../../host/log.ts'
import type { Login } from '../login/login.ts'
import { reject, type Verdict } from '../login/verdict.ts'
import type { PrimaryAccepted } from '../primary/primary.ts'
import type { SignInCounters } from './sign_in_counters.ts'
import { acceptWithoutSecondFactor } from './without_second_factor.ts'

/** Primary-only mode, as far as a login depends on it. */
export interface PrimaryOnlySwitch {
  isActive(): boolean
  /** Counts a login that was decided in the mode. */
  count(outcome: 'accepted' | 'rejected'): void
}

/** For a proxy without the mode. */
export const neverPrimaryOnly: PrimaryOnlySwitch = { isActive: () => false, count: () => {} }

const noPassword =
  'Signing in is not possible here at the moment. Please contact your administrator.'
const beginAgain = 'Please sign in again.'

/**
 * Decides on a login while primary-only mode is on: accepts it only if its password was checked and
 * accepted in this very request.
 *
 * @param primary `undefined` for the reply to a challenge, whose password was in an earlier request.
 */
export function decidePrimaryOnly(
  login: Login,
  primary: PrimaryAccepted | undefined,
  counters: SignInCounters,
  log: Log,
): Verdict {
  if (primary?.checked === 'password') {
    counters.primaryOnlyAccepted++
    const message = 'Primary-only mode - Allowed login with the password alone'
    return acceptWithoutSecondFactor(login, { grounds: 'primary only', message }, counters, log)
  }
  counters.primaryOnlyRejected++
  if (primary === undefined) return reject(beginAgain)
  const message = 'Primary-only mode - Denied login, since the proxy checks no password here'
  log.warn(`${login.label}: ${message}`)
  return { ...reject(message), userMessage: noPassword }
}
