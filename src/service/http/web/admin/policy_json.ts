import type { Policy } from '../../../applications/policy/policies.ts'
import type { PolicyAttachment } from '../../../applications/policy/policy_attachments.ts'
import type { PolicySource } from '../../../applications/policy/policy_layers.ts'
import { findUnknownKeys } from '../../../applications/policy/policy_sections.ts'
import {
  describeSection,
  describeSections,
  type SectionDescription,
} from '../../../applications/policy/section_descriptions.ts'

/** The key of the global policy; also before there is one. */
export const globalKey = 'global'
export const globalName = 'Global policy'

/** Before the first change of the global policy, the built-in defaults apply. */
export const noGlobal: Policy = {
  policyKey: globalKey,
  name: globalName,
  sections: {},
  isGlobal: true,
  created: 0,
}

/** A policy in the list. */
export function describePolicy(
  { policyKey, name, isGlobal, created, sections }: Policy,
  attachments: readonly PolicyAttachment[],
) {
  return {
    policy_key: policyKey,
    name,
    is_global: isGlobal,
    created: policyKey === globalKey ? null : created,
    section_names: Object.keys(sections),
    section_titles: Object.keys(sections).map((name) => describeSection(name).title),
    applies_to: attachments
      .filter((attachment) => attachment.policyKey === policyKey)
      .map(describePlace),
  }
}

export function describePolicyDetails(policy: Policy, attachments: readonly PolicyAttachment[]) {
  const { sections } = policy
  return {
    ...describePolicy(policy, attachments),
    sections,
    descriptions: describeSections(Object.keys(sections)).map(sectionJson),
    keys_not_enforced: findUnknownKeys(sections).map(({ path }) => path),
  }
}

export function sectionJson({ section, title, description, isEnforced }: SectionDescription) {
  return { section, title, description, enforced: isEnforced }
}

export function describeSourceJson(source: PolicySource) {
  if (source.level === 'default') return { level: source.level }
  const { level, policy, group } = source
  return {
    level,
    policy_key: policy.policyKey,
    policy_name: policy.name,
    ...(group === undefined ? {} : { group_id: group.groupId, group: group.name }),
  }
}

function describePlace({ application, group }: PolicyAttachment) {
  return {
    kind: group === undefined ? ('application' as const) : ('group' as const),
    ikey: application.ikey,
    application: application.name,
    group_id: group?.groupId ?? null,
    group: group?.name ?? null,
    position: group?.position ?? null,
  }
}
