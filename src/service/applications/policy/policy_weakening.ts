import { isOwnType } from '../integrations.ts'
import { ownCodeDigits } from './own_policy.ts'
import type { ApplicationLayers } from './policy_attachments.ts'
import type { AccessHours, AllowedHours } from './policy_hours.ts'
import type { PolicyLayer } from './policy_layers.ts'
import {
  findUnknownKeys,
  isSectionName,
  type ParsedSections,
  readSection,
  type SectionName,
} from './policy_sections.ts'

/** The policies of an application before and after a change, the most specific first. */
interface ChangedLayers {
  readonly isOwn: boolean
  readonly before: readonly PolicyLayer[]
  readonly after: readonly PolicyLayer[]
}

/** The value of a section, and who gets it from a stack of policies. */
interface Case {
  /** `undefined` for the built-in default. */
  readonly value: unknown
  /** The group whose members get it; everyone without one. */
  readonly group: string | undefined
  /** Members of these groups get the section from an earlier policy. */
  readonly except: ReadonlySet<string>
}

/**
 * Finds the sections that ask less of anyone, in any application, after a change. Whatever is not known to
 * ask as much or more counts as weaker, so that a second administrator looks at it.
 */
export function findWeakenedSections(
  before: readonly ApplicationLayers[],
  after: readonly ApplicationLayers[],
): string[] {
  const later = new Map(after.map(({ ikey, layers }) => [ikey, layers]))
  const sections = before.flatMap(({ ikey, type, layers }) => {
    const change = { before: layers, after: later.get(ikey) ?? layers }
    return weakenedIn({ ...change, isOwn: isOwnType(type) })
  })
  return [...new Set(sections)].toSorted()
}

function weakenedIn({ isOwn, before, after }: ChangedLayers): string[] {
  const names = new Set([...before, ...after].flatMap(({ policy }) => Object.keys(policy.sections)))
  const weakened = [...names].filter((section) => {
    const [earlier, later] = [casesOf(section, before), casesOf(section, after)]
    return earlier.some((from) =>
      later.some((to) => canBothApply(from, to) && isWeaker(section, from.value, to.value)),
    )
  })
  const hasShorterCode = isOwn && ownCodeDigits(after) < ownCodeDigits(before)
  return hasShorterCode ? [...weakened, 'authentication_methods'] : weakened
}

/** Whether a value of a section may ask less than another one; `undefined` is the built-in default. */
export function isWeaker(section: string, before: unknown, after: unknown): boolean {
  if (isSame(before, after)) return false
  if (!isSectionName(section)) return true
  return isWeakerSection(section, before, after)
}

/** Every value that users can get for a section. */
function casesOf(section: string, layers: readonly PolicyLayer[]): Case[] {
  const cases: Case[] = []
  const groups = new Set<string>()
  for (const { group, policy } of layers) {
    if (!Object.hasOwn(policy.sections, section)) continue
    const value = policy.sections[section]
    if (group === undefined) return [...cases, { value, group: undefined, except: groups }]
    if (groups.has(group.groupId)) continue
    cases.push({ value, group: group.groupId, except: new Set(groups) })
    groups.add(group.groupId)
  }
  return [...cases, { value: undefined, group: undefined, except: groups }]
}

/** Whether a user can exist who has one value before the change and the other one after it. */
function canBothApply(before: Case, after: Case): boolean {
  const groups = [before.group, after.group].filter((group) => group !== undefined)
  return !groups.some((group) => before.except.has(group) || after.except.has(group))
}

function isWeakerSection<Name extends SectionName>(
  section: Name,
  before: unknown,
  after: unknown,
): boolean {
  const [from, to] = [readSection(section, before), readSection(section, after)]
  // every sign-in is denied while a section can't be read
  if (to === undefined) return false
  if (from === undefined) return true
  const isWeakerValue: (before: ParsedSections[Name], after: ParsedSections[Name]) => boolean =
    comparisons[section]
  return (
    isWeakerValue(from, to) || !isSame(unknownKeys(section, before), unknownKeys(section, after))
  )
}

/** Keys that the service keeps without evaluating them. */
function unknownKeys(section: SectionName, value: unknown): unknown {
  return findUnknownKeys({ [section]: value }).map(({ path }) => [path, valueAt(path, value)])
}

function valueAt(path: string, value: unknown): unknown {
  const [, ...keys] = path.split('.')
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  )
}

/** One row for each section, so that a new section can't be forgotten. */
const comparisons: {
  readonly [Name in SectionName]: (
    before: ParsedSections[Name],
    after: ParsedSections[Name],
  ) => boolean
} = {
  new_user: (before, after) =>
    isLower(['no-mfa', 'enroll', 'deny'], before.new_user_behavior, after.new_user_behavior),
  authentication_policy: (before, after) =>
    isLower(['bypass', 'enforce', 'deny'], before.user_auth_behavior, after.user_auth_behavior),
  // allowed_auth_list has no effect, and fewer digits also matter while no code is required: the
  // service's own applications always require one
  authentication_methods: (before, after) =>
    lacksAny(after.blocked_auth_list, before.blocked_auth_list) ||
    (before.require_verified_push && !after.require_verified_push) ||
    after.verified_push_digits < before.verified_push_digits,
  authorized_networks: isWeakerNetworks,
  user_without_device: ({ behavior: before }, { behavior: after }) => {
    if (before === after || before === 'no-mfa' || after === 'deny') return false
    // as-new-user depends on another section
    return (
      before === 'as-new-user' || after === 'as-new-user' || before === 'deny' || after === 'no-mfa'
    )
  },
  access_hours: isWeakerHours,
  lockout: (before, after) =>
    isHigher(before.threshold, after.threshold) || isHigher(after.minutes, before.minutes),
  push_fatigue: (before, after) =>
    isHigher(noLimit(before.limit), noLimit(after.limit)) ||
    isHigher(after.minutes, before.minutes),
}

function isWeakerNetworks(
  before: ParsedSections['authorized_networks'],
  after: ParsedSections['authorized_networks'],
): boolean {
  const [trusted, mfa] = [after.no_2fa_required, after.mfa_required]
  return (
    lacksAny(after.blocked.ip_list, before.blocked.ip_list) ||
    lacksAny(before.no_2fa_required.ip_list, trusted.ip_list) ||
    (before.no_2fa_required.require_enrollment && !trusted.require_enrollment) ||
    (before.deny_other_access && !after.deny_other_access) ||
    // an address that no list has is denied, so a new entry lets it in
    (before.deny_other_access && lacksAny(before.mfa_required.ip_list, mfa.ip_list)) ||
    // an address may be in both lists; the second factor was required before
    (trusted.ip_list.length > 0 && lacksAny(mfa.ip_list, before.mfa_required.ip_list))
  )
}

function isWeakerHours(before: AccessHours, after: AccessHours): boolean {
  if (before.allowed.length === 0) return false
  if (after.allowed.length === 0 || before.time_zone !== after.time_zone) return true
  return !after.allowed.every((hours) => before.allowed.some((outer) => contains(outer, hours)))
}

function contains(outer: AllowedHours, inner: AllowedHours): boolean {
  if (lacksAny(outer.days, inner.days)) return false
  if (outer.from === inner.from && outer.to === inner.to) return true
  // `HH:MM` sorts as text
  const endsOnSameDay = outer.from < outer.to && inner.from < inner.to
  return endsOnSameDay && outer.from <= inner.from && inner.to <= outer.to
}

/** @param order From the weakest to the strictest. */
function isLower<Value>(order: readonly Value[], before: Value, after: Value): boolean {
  return order.indexOf(after) < order.indexOf(before)
}

/** Whether a limit was raised; a limit of countersign.cfg is unknown here, so it counts as raised. */
function isHigher(before: number | undefined, after: number | undefined): boolean {
  if (before === after) return false
  return before === undefined || after === undefined || after > before
}

function noLimit(limit: number | undefined): number | undefined {
  return limit === 0 ? Number.POSITIVE_INFINITY : limit
}

function lacksAny<Entry>(list: readonly Entry[], wanted: readonly Entry[]): boolean {
  return wanted.some((entry) => !list.includes(entry))
}

/** Compares JSON; another order of keys is another value. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
