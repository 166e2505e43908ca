import type { Integration } from '../../applications/integrations.ts'
import {
  type ApplicationPolicyChange,
  changeApplicationPolicy,
} from '../../applications/policy/application_policy.ts'
import { Policies, type Policy, type PolicyChange } from '../../applications/policy/policies.ts'
import { PolicyAttachments } from '../../applications/policy/policy_attachments.ts'
import type { PolicySections } from '../../applications/policy/policy_sections.ts'
import type { Group } from '../../people/groups.ts'
import { act } from '../act.ts'
import type { Permit } from '../roles.ts'

/** Where a policy is attached. */
export type PolicyPlace =
  | { readonly kind: 'global' }
  | { readonly kind: 'application'; readonly integration: Integration }
  | { readonly kind: 'group'; readonly integration: Integration; readonly group: Group }

interface PolicyAtPlace {
  readonly policy: Policy
  readonly place: PolicyPlace
}

/** @throws {AccessError} As `Policies.create`. */
export const createPolicy = act({
  name: 'policy_create',
  permits: ['policies.edit'],
  do: ({ store, db, now }, policy: { readonly name: string; readonly sections: PolicySections }) =>
    new Policies(store).create(policy, now, db),
  log: (_, { policyKey, name, sections }) => ({
    object: name,
    description: `${policyKey} ${JSON.stringify(sections)}`,
  }),
})

/** @throws {AccessError} As `Policies.update`. */
export const updatePolicy = act({
  name: 'policy_update',
  permits: ['policies.edit'],
  do: (
    { store, db },
    { policy, change }: { readonly policy: Policy; readonly change: PolicyChange },
  ) => new Policies(store).update(policy, change, db),
  log: ({ policy, change: { name, sections, sectionsToDelete } }) => {
    const change = { name, sections, sections_to_delete: sectionsToDelete }
    return { object: policy.name, description: `${policy.policyKey} ${JSON.stringify(change)}` }
  },
})

/** Deletes a policy; where it was attached, the next one applies. */
export const deletePolicy = act({
  name: 'policy_delete',
  permits: ['policies.edit'],
  do: ({ store, db }, { policy }: { readonly policy: Policy }) =>
    new Policies(store).remove(policy.policyKey, db),
  log: ({ policy }) => ({ object: policy.name, description: policy.policyKey }),
})

/**
 * Attaches a policy; globally and to an application as a whole, it replaces the one before.
 *
 * @throws {AccessError} `ACCESS_POLICY_GONE`
 */
export const attachPolicy = act({
  name: 'policy_attach',
  permits: ({ place }: PolicyAtPlace & { readonly position?: number | undefined }) =>
    placePermits(place),
  do: async ({ store, db }, { policy, place, position }) => {
    // a policy that is deleted meanwhile must not replace the one before
    const { policyKey } = await new Policies(store).hold(policy, db)
    const attachments = new PolicyAttachments(store)
    switch (place.kind) {
      case 'global':
        return await attachments.setGlobal(policyKey, db)
      case 'application':
        return await attachments.setApplication(place.integration.ikey, policyKey, db)
      case 'group':
        return await attachments.attachToGroup(toGroupInApplication(place), policyKey, position, db)
    }
  },
  log: ({ policy, place, position }) => ({
    object: policy.name,
    description: `${describePlace(place)}${position === undefined ? '' : ` position=${position}`}`,
  }),
})

/** @returns Whether the policy was attached there. */
export const detachPolicy = act({
  name: 'policy_detach',
  permits: ({ place }: PolicyAtPlace) => placePermits(place),
  do: async ({ store, db }, { policy: { policyKey }, place }: PolicyAtPlace) => {
    const attachments = new PolicyAttachments(store)
    switch (place.kind) {
      case 'global':
        return await attachments.unsetGlobal(policyKey, db)
      case 'application':
        return await attachments.unsetApplication(place.integration.ikey, policyKey, db)
      case 'group':
        return await attachments.detachFromGroup(toGroupInApplication(place), policyKey, db)
    }
  },
  log: ({ policy, place }, wasAttached) =>
    wasAttached ? { object: policy.name, description: describePlace(place) } : [],
})

/**
 * Changes an application's own policy, and creates it if there is none.
 *
 * @throws {AccessError} `ACCESS_POLICY_SHARED` if that policy also applies elsewhere.
 */
export const editApplicationPolicy = act({
  name: 'integration_policy_update',
  permits: ['policies.edit', 'policies.assign'],
  do: (
    { store, db, now },
    {
      integration,
      change,
    }: {
      readonly integration: Pick<Integration, 'ikey' | 'name'>
      readonly change: ApplicationPolicyChange
    },
  ) => changeApplicationPolicy(store, integration, change, now, db),
  log: ({ integration, change }, policy) => {
    if (policy === undefined) return []
    const description = {
      policy: policy.policyKey,
      new_user_behavior: change.newUsers,
      require_verified_push: change.verifiedPush,
      verified_push_digits: change.verifiedPushDigits,
    }
    return { object: integration.name, description }
  },
})

/** The global policy reaches every application, so it takes the permit to edit policies. */
function placePermits({ kind }: PolicyPlace): readonly Permit[] {
  return kind === 'global' ? ['policies.edit'] : ['policies.assign']
}

function toGroupInApplication({ integration, group }: Extract<PolicyPlace, { kind: 'group' }>) {
  return { ikey: integration.ikey, groupId: group.groupId }
}

function describePlace(place: PolicyPlace): string {
  switch (place.kind) {
    case 'global':
      return 'global'
    case 'application':
      return `application=${place.integration.name}`
    case 'group':
      return `application=${place.integration.name} group=${place.group.name}`
  }
}
