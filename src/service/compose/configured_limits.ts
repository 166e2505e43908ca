import type { ConfiguredLimits } from '../applications/policy/policy_sections.ts'
import type { PushConfig } from '../config/push_section.ts'
import type { LockoutSettings } from '../sign_in/lockout_rule.ts'

const minuteMs = 60_000

/** The limits of countersign.cfg and of the settings as of each read, in the form that policies state them. */
export function configuredLimits({
  lockout,
  push,
}: {
  readonly lockout: LockoutSettings
  readonly push: Pick<PushConfig, 'fatigue'>
}): ConfiguredLimits {
  return {
    get lockout() {
      return { threshold: lockout.threshold, minutes: lockout.lockMs / minuteMs }
    },
    get push_fatigue() {
      return { limit: push.fatigue.limit, minutes: push.fatigue.windowMs / minuteMs }
    },
  }
}
