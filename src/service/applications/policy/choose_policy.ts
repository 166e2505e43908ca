import type { Integration } from '../integrations.ts'
import {
  type EffectivePolicy,
  effectivePolicy,
  layersForGroups,
  type PolicyLayer,
} from './effective_policy.ts'
import type { ConfiguredLimits } from './policy_sections.ts'
import { portalCodeDigits, portalPolicy } from './portal_policy.ts'

/**
 * The policy for a member of these groups in an application.
 *
 * @param layers All policies that apply in the application, the most specific first.
 */
export function choosePolicy(
  { type }: Pick<Integration, 'type'>,
  layers: readonly PolicyLayer[],
  groupIds: ReadonlySet<string>,
  limits: ConfiguredLimits,
): EffectivePolicy {
  const policy = effectivePolicy(layersForGroups(layers, groupIds), limits)
  return type === 'portal' ? portalPolicy(policy, portalCodeDigits(layers, limits)) : policy
}
