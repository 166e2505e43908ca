import { AccessError } from '../../applications/access_error.ts'
import type { Integration } from '../../applications/integrations.ts'
import {
  type ApplicationPolicyChange,
  changeApplicationPolicy,
} from '../../applications/policy/application_policy.ts'
import { Policies, type Policy, type PolicyChange } from '../../applications/policy/policies.ts'
import { PolicyAttachments } from '../../applications/policy/policy_attachments.ts'
import type { PolicySections } from '../../applications/policy/policy_sections.ts'
import { type Changes, changedFields, removedFields } from '../../audit/changes.ts'
import { act } from '../act.ts'
import { approval } from '../approval.ts'
import type { Permit } from '../roles.ts'
import {
  changeText,
  describePlace,
  keepPlace,
  type PolicyPlace,
  restorePlace,
  restorePolicy,
  watchPolicies,
} from './policy_approval.ts'

interface PolicyAtPlace {
  readonly policy: Policy
  readonly place: PolicyPlace
}

interface PolicyEdit {
  readonly policy: Policy
  readonly change: PolicyChange
}

interface Attachment extends PolicyAtPlace {
  /** Place in the stack of group policies from 1; at the end without one. */
  readonly position?: number | undefined
}

interface ApplicationPolicyEdit {
  readonly integration: Pick<Integration, 'ikey' | 'name'>
  readonly change: ApplicationPolicyChange
}

/** @throws {AccessError} As `Policies.create`. */
export const createPolicy = act({
  name: 'policy_create',
  permits: ['policies.edit'],
  stepUp: true,
  do: ({ store, db, now }, policy: { readonly name: string; readonly sections: PolicySections }) =>
    new Policies(store).create(policy, now, db),
  log: (_, { policyKey, name, sections }) => ({
    object: name,
    objectKind: 'policy',
    objectId: policyKey,
    description: `${policyKey} ${JSON.stringify(sections)}`,
    changes: changedFields({}, { name, ...sections }),
  }),
})

/** @throws {AccessError} As `Policies.update`. */
export const updatePolicy = act({
  name: 'policy_update',
  permits: ['policies.edit'],
  stepUp: true,
  approval: approval({
    watch: watchPolicies,
    summary: ({ policy, change }: PolicyEdit) =>
      `Weaken the policy ${policy.name}: ${changeText(change)}`,
    keep: (edit: PolicyEdit) => edit,
    restore: async ({ policy, change }, context) => ({
      policy: await restorePolicy(policy, context),
      change,
    }),
  }),
  do: ({ store, db }, { policy, change }: PolicyEdit) =>
    new Policies(store).update(policy, change, db),
  before: async ({ store, db }, { policy }) =>
    (await new Policies(store).byKey(policy.policyKey, db)) ?? policy,
  log: ({ policy, change: { name, sections, sectionsToDelete } }, after, before) => {
    const change = { name, sections, sections_to_delete: sectionsToDelete }
    return {
      ...describe(policy),
      description: `${policy.policyKey} ${JSON.stringify(change)}`,
      changes: changedSections(before, after),
    }
  },
})

/**
 * Deletes a policy; where it was attached, the next one applies.
 *
 * @throws {AccessError} `ACCESS_POLICY_GONE`, `ACCESS_POLICY_GLOBAL` for the global policy
 */
export const deletePolicy = act({
  name: 'policy_delete',
  permits: ['policies.edit'],
  stepUp: true,
  approval: approval({
    watch: watchPolicies,
    summary: ({ policy }: { readonly policy: Policy }) =>
      `Delete the policy ${policy.name}: ${changeText(policy.sections)}`,
    keep: ({ policy }: { readonly policy: Policy }) => ({ policy }),
    restore: async ({ policy }, context) => ({ policy: await restorePolicy(policy, context) }),
  }),
  do: async ({ store, db }, { policy }: { readonly policy: Policy }) => {
    const policies = new Policies(store)
    const { isGlobal, policyKey } = await policies.hold(policy, db)
    if (isGlobal) {
      throw new AccessError(
        'ACCESS_POLICY_GLOBAL',
        "the global policy can't be deleted; detach it first, or make another one global",
      )
    }
    await policies.remove(policyKey, db)
  },
  log: ({ policy }) => ({
    ...describe(policy),
    description: policy.policyKey,
    changes: removedFields({ name: policy.name, ...policy.sections }),
  }),
})

/**
 * Attaches a policy; globally and to an application as a whole, it replaces the one before.
 *
 * @throws {AccessError} `ACCESS_POLICY_GONE`
 */
export const attachPolicy = act({
  name: 'policy_attach',
  permits: ({ place }: Attachment) => placePermits(place),
  stepUp: true,
  approval: approval({
    watch: watchPolicies,
    summary: ({ policy, place }: Attachment) =>
      `Apply the policy ${policy.name} to ${describePlace(place)}: ${changeText(policy.sections)}`,
    keep: ({ policy, place, position }: Attachment) => ({
      policy,
      place: keepPlace(place),
      position,
    }),
    restore: async ({ policy, place, position }, context): Promise<Attachment> => ({
      policy: await restorePolicy(policy, context),
      place: await restorePlace(place, context),
      position,
    }),
  }),
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
    ...describe(policy),
    description: `${describePlace(place)}${position === undefined ? '' : ` position=${position}`}`,
  }),
})

/** @returns Whether the policy was attached there. */
export const detachPolicy = act({
  name: 'policy_detach',
  permits: ({ place }: PolicyAtPlace) => placePermits(place),
  stepUp: true,
  approval: approval({
    watch: watchPolicies,
    summary: ({ policy, place }: PolicyAtPlace) =>
      `Stop applying the policy ${policy.name} to ${describePlace(place)}: ${changeText(policy.sections)}`,
    keep: ({ policy, place }: PolicyAtPlace) => ({ policy, place: keepPlace(place) }),
    restore: async ({ policy, place }, context) => ({
      policy: await restorePolicy(policy, context),
      place: await restorePlace(place, context),
    }),
  }),
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
    wasAttached ? { ...describe(policy), description: describePlace(place) } : [],
})

/**
 * Changes an application's own policy, and creates it if there is none.
 *
 * @throws {AccessError} `ACCESS_POLICY_SHARED` if that policy also applies elsewhere.
 */
export const editApplicationPolicy = act({
  name: 'integration_policy_update',
  permits: ['policies.edit', 'policies.assign'],
  stepUp: true,
  approval: approval({
    watch: watchPolicies,
    summary: ({ integration, change }: ApplicationPolicyEdit) =>
      `Weaken the policy of ${integration.name}: ${changeText(change)}`,
    keep: ({ integration: { ikey, name }, change }: ApplicationPolicyEdit) => ({
      integration: { ikey, name },
      change,
    }),
    restore: (edit) => edit,
  }),
  do: ({ store, db, now }, { integration, change }: ApplicationPolicyEdit) =>
    changeApplicationPolicy(store, integration, change, now, db),
  before: ({ store, db }, { integration }) =>
    new Policies(store).ofApplication(integration.ikey, db),
  log: ({ integration, change }, policy, before) => {
    if (policy === undefined) return []
    const description = {
      policy: policy.policyKey,
      new_user_behavior: change.newUsers,
      require_verified_push: change.verifiedPush,
      verified_push_digits: change.verifiedPushDigits,
    }
    return {
      object: integration.name,
      objectKind: 'application',
      objectId: integration.ikey,
      description,
      changes: changedSections(before, policy),
    }
  },
})

function describe({ name, policyKey }: Policy) {
  return { object: name, objectKind: 'policy', objectId: policyKey } as const
}

/** Compares name and sections; a section that was removed is null afterwards. */
function changedSections(before: Policy | undefined, after: Policy): Changes {
  const removed = Object.keys(before?.sections ?? {}).map((section) => [section, null])
  const now = { ...Object.fromEntries(removed), ...after.sections, name: after.name }
  return changedFields({ ...before?.sections, name: before?.name }, now)
}

/** The global policy reaches every application, so it takes the permit to edit policies. */
function placePermits({ kind }: PolicyPlace): readonly Permit[] {
  return kind === 'global' ? ['policies.edit'] : ['policies.assign']
}

function toGroupInApplication({ integration, group }: Extract<PolicyPlace, { kind: 'group' }>) {
  return { ikey: integration.ikey, groupId: group.groupId }
}
