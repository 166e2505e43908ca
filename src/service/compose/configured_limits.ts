import type { ConfiguredLimits } from '../applications/policy/policy_sections.ts'
import type { SignInConfig } from './sign_in.ts'

const minuteMs = 60_000

/** The limits of countersign.cfg, in the form that policies state them. */
export function configuredLimits({
  lockout,
  push,
}: Pick<SignInConfig, 'lockout' | 'push'>): ConfiguredLimits {
  return {
    lockout: { threshold: lockout.threshold, minutes: lockout.lockMs / minuteMs },
    push_fatigue: { limit: push.fatigue.limit, minutes: push.fatigue.windowMs / minuteMs },
  }
}
