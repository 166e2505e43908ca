import type { PolicyLayer } from './policy_layers.ts'

type LayerPolicy = PolicyLayer['policy']

/** Where a policy applies, or would apply. */
export type ProposedPlace =
  | { readonly kind: 'global' }
  | { readonly kind: 'application'; readonly ikey: string }
  | {
      readonly kind: 'group'
      readonly ikey: string
      readonly group: { readonly groupId: string; readonly name: string }
      /** Place in the stack from 1; at the end without one. */
      readonly position?: number | undefined
    }

/** A change of policies that has not been made. */
export type PolicyProposal =
  /** The policy has these sections, wherever it applies. */
  | { readonly kind: 'change'; readonly policy: LayerPolicy }
  | { readonly kind: 'attach'; readonly policy: LayerPolicy; readonly place: ProposedPlace }
  | { readonly kind: 'detach'; readonly policyKey: string; readonly place: ProposedPlace }
  | { readonly kind: 'delete'; readonly policyKey: string }

/**
 * The policies of an application as they would be after a change.
 *
 * @param layers All that apply now, the most specific first.
 */
export function proposedLayers(
  ikey: string,
  layers: readonly PolicyLayer[],
  proposal: PolicyProposal,
): readonly PolicyLayer[] {
  switch (proposal.kind) {
    case 'change':
      return layers.map((layer) =>
        layer.policy.policyKey === proposal.policy.policyKey
          ? { ...layer, policy: proposal.policy }
          : layer,
      )
    case 'delete':
      return layers.filter(({ policy }) => policy.policyKey !== proposal.policyKey)
    case 'detach':
      return reaches(proposal.place, ikey)
        ? layers.filter(
            (layer) =>
              layer.policy.policyKey !== proposal.policyKey || !isAt(layer, proposal.place),
          )
        : layers
    case 'attach':
      return reaches(proposal.place, ikey) ? attached(layers, proposal) : layers
  }
}

function attached(
  layers: readonly PolicyLayer[],
  { policy, place }: Extract<PolicyProposal, { kind: 'attach' }>,
): readonly PolicyLayer[] {
  const at = (level: PolicyLayer['level']) => layers.filter((layer) => layer.level === level)
  switch (place.kind) {
    case 'global':
      return [...at('group'), ...at('application'), { level: 'global', policy }]
    case 'application':
      return [...at('group'), { level: 'application', policy }, ...at('global')]
    case 'group': {
      const { group, position } = place
      const others = at('group').filter(
        (layer) => layer.policy.policyKey !== policy.policyKey || !isAt(layer, place),
      )
      const stack = others.toSpliced((position ?? layers.length + 1) - 1, 0, {
        level: 'group',
        group,
        policy,
      })
      return [...stack, ...at('application'), ...at('global')]
    }
  }
}

function reaches(place: ProposedPlace, ikey: string): boolean {
  return place.kind === 'global' || place.ikey === ikey
}

function isAt({ level, group }: PolicyLayer, place: ProposedPlace): boolean {
  if (level !== place.kind) return false
  return place.kind !== 'group' || group?.groupId === place.group.groupId
}
