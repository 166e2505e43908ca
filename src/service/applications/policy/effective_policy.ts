import { type Integration, isOwnType } from '../integrations.ts'
import { ownCodeDigits, ownPolicy } from './own_policy.ts'
import {
  type EffectivePolicy,
  layersForGroups,
  mergeLayers,
  type PolicyLayer,
} from './policy_layers.ts'
import type { ConfiguredLimits } from './policy_sections.ts'

/**
 * The policy for a member of these groups in an application.
 *
 * @param layers All policies that apply in the application, the most specific first.
 */
export function effectivePolicy(
  { type }: Pick<Integration, 'type'>,
  layers: readonly PolicyLayer[],
  groupIds: ReadonlySet<string>,
  limits: ConfiguredLimits,
): EffectivePolicy {
  const policy = mergeLayers(layersForGroups(layers, groupIds), limits)
  return isOwnType(type) ? ownPolicy(policy, ownCodeDigits(layers)) : policy
}
