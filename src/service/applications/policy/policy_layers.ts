import {
  type ConfiguredLimits,
  isSectionName,
  type PolicyRules,
  type PolicySections,
  readRules,
  type SectionName,
  sectionNames,
} from './policy_sections.ts'

export interface PolicyName {
  /** `PO…` */
  readonly policyKey: string
  readonly name: string
}

/** A policy where it is attached. */
export interface PolicyLayer {
  readonly level: 'group' | 'application' | 'global'
  /** The group, at level `group`. */
  readonly group?: { readonly groupId: string; readonly name: string }
  readonly policy: PolicyName & { readonly sections: PolicySections }
}

/** Which policy decides a section, and at which level. */
export type PolicySource =
  | { readonly level: 'default' }
  | (Pick<PolicyLayer, 'level' | 'group'> & { readonly policy: PolicyName })

/** The policy for one user in one application. */
export interface EffectivePolicy {
  readonly rules: PolicyRules
  /** By section. */
  readonly sources: Readonly<Record<SectionName, PolicySource>>
  /** Sections that the service keeps and does not evaluate, each from the first layer that has it. */
  readonly unknown: PolicySections
  /**
   * Sections with a value that this version can't read, such as one of a newer version. Their rules are
   * the defaults, which must not be applied: a sign-in is denied.
   */
  readonly unreadable: readonly UnreadableSection[]
}

/** A section that this version can't read. */
export interface UnreadableSection {
  readonly section: SectionName
  readonly source: PolicySource
  readonly reason: string
}

const byDefault: PolicySource = { level: 'default' }

/**
 * Decides each section by the first policy that has it.
 *
 * @param layers The policies that apply, the most specific first: group policies in stack order, the
 *   application's, the global one.
 * @param limits The limits that apply where no policy says otherwise.
 */
export function mergeLayers(
  layers: readonly PolicyLayer[],
  limits: ConfiguredLimits,
): EffectivePolicy {
  const chosen = new Map<string, { readonly value: unknown; readonly source: PolicySource }>()
  for (const { level, group, policy } of layers) {
    const { policyKey, name } = policy
    const source = { level, ...(group && { group }), policy: { policyKey, name } }
    for (const [section, value] of Object.entries(policy.sections)) {
      if (!chosen.has(section)) chosen.set(section, { value, source })
    }
  }
  const values = Object.fromEntries([...chosen].map(([name, { value }]) => [name, value]))
  const sources = sectionNames.map((name) => [name, chosen.get(name)?.source ?? byDefault] as const)
  const { rules, problems } = readRules(values, limits)
  return {
    rules,
    unreadable: problems.map(({ section, reason }) => ({
      section,
      source: chosen.get(section)?.source ?? byDefault,
      reason,
    })),
    sources: Object.fromEntries(sources) as Record<SectionName, PolicySource>,
    unknown: Object.fromEntries(Object.entries(values).filter(([name]) => !isSectionName(name))),
  }
}

/** @param layers All of an application. @returns Those that apply to a member of these groups. */
export function layersForGroups(
  layers: readonly PolicyLayer[],
  groupIds: ReadonlySet<string>,
): PolicyLayer[] {
  return layers.filter(({ group }) => group === undefined || groupIds.has(group.groupId))
}

/**
 * Finds the sections that no longer apply from outer layers because a policy has its own.
 *
 * @param outer The layers outside of the place of the policy, the most specific first.
 */
export function findReplacedSections(
  { policyKey, sections }: { readonly policyKey: string; readonly sections: PolicySections },
  outer: readonly PolicyLayer[],
): { readonly section: SectionName; readonly source: PolicySource }[] {
  const others = outer.filter(({ policy }) => policy.policyKey !== policyKey)
  return Object.keys(sections)
    .filter(isSectionName)
    .flatMap((section) => {
      const source = others.find(({ policy }) => Object.hasOwn(policy.sections, section))
      return source === undefined ? [] : [{ section, source }]
    })
}

/** A source as an explanation names it: `policy 'VPN' of the application`. */
export function describeSource(source: PolicySource): string {
  if (source.level === 'default') return 'built-in default'
  const name = `policy '${source.policy.name}'`
  switch (source.level) {
    case 'group':
      return `${name} of group ${source.group?.name ?? ''}`
    case 'application':
      return `${name} of the application`
    case 'global':
      return `global ${name}`
  }
}
