import type { Clock } from '../../host/clock.ts'
import { PermittedGroups } from '../applications/permitted_groups.ts'
import { PolicyAttachments } from '../applications/policy/policy_attachments.ts'
import type { PushConfig } from '../config/push_section.ts'
import type { Delivery } from '../messaging/messaging.ts'
import type { Lockout } from '../sign_in/lockout.ts'
import type { LockoutSettings } from '../sign_in/lockout_rule.ts'
import { type Directory, Subjects } from '../sign_in/subject.ts'
import type { Store } from '../store/store.ts'
import { configuredLimits } from './configured_limits.ts'

/** Composes what a sign-in reads before it decides: the user, their devices and the policy. */
export function composeSubjects(
  store: Store,
  directory: Directory,
  lockout: Lockout,
  delivery: Delivery,
  config: { readonly lockout: LockoutSettings; readonly push: Pick<PushConfig, 'fatigue'> },
  clock: Clock,
): Subjects {
  const attachments = new PolicyAttachments(store)
  const limits = configuredLimits(config)
  const permitted = new PermittedGroups(store)
  return new Subjects(store, directory, lockout, permitted, attachments, limits, delivery, clock)
}
