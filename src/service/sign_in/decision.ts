import { statusMessage } from '../../duo/index.ts'
import { type Integration, isOwnType } from '../applications/integrations.ts'
import type { AuthMethod } from '../applications/policy/authentication_methods.ts'
import { describeLocalTime, isWithinHours } from '../applications/policy/policy_hours.ts'
import { describeSource, type EffectivePolicy } from '../applications/policy/policy_layers.ts'
import { isAddress, networkRule } from '../applications/policy/policy_networks.ts'
import type { NewUserBehavior, SectionName } from '../applications/policy/policy_sections.ts'
import type { GroupStatus } from '../people/groups.ts'
import type { UserStatus } from '../people/user.ts'
import type { NameRefusal } from '../people/user_names.ts'

/** What the decision about a sign-in depends on, apart from the policy. */
export interface SignInFacts {
  readonly application: Pick<Integration, 'name' | 'type' | 'enabled' | 'userAccess'>
  /** Identifiers of the groups that the application admits, if its user access is `PERMITTED_GROUPS`. */
  readonly permittedGroups: ReadonlySet<string>
  /** `undefined` for a name that no user has. */
  readonly status: UserStatus | undefined
  /** Why an unknown name can't become a user, regardless of the policy for new users. */
  readonly nameRefusal: NameRefusal['kind'] | undefined
  /** The user's groups; their status takes precedence over the user's own. */
  readonly groups: readonly {
    readonly groupId: string
    readonly name: string
    readonly status: GroupStatus
  }[]
  /** Whether too many wrong passcodes have locked the account for a while. */
  readonly lockedOut: boolean
  /** Whether the user has anything to sign in with. */
  readonly enrolled: boolean
  /** The methods that the user has. */
  readonly methods: readonly AuthMethod[]
  /** The client address as the application sent it; may be empty. */
  readonly address: string
  /** In milliseconds since 1970. */
  readonly now: number
}

/** Whether a user may sign in, and why; the reasons are those of the authentication log. */
export type Decision =
  | { readonly kind: 'auth' }
  | {
      readonly kind: 'allow'
      readonly status: 'bypass' | 'allow'
      readonly statusMsg: string
      readonly reason:
        | 'bypass_user'
        | 'allow_unenrolled_user'
        | 'allowed_by_policy'
        | 'trusted_network'
        | 'allow_unenrolled_user_on_trusted_network'
    }
  | {
      readonly kind: 'deny'
      readonly status: 'deny' | 'locked_out'
      readonly statusMsg: string
      readonly reason:
        | 'user_not_in_permitted_group'
        | 'user_disabled'
        | 'locked_out'
        | 'deny_unenrolled_user'
        | 'look_alike_username'
        | 'invalid_username'
        | 'denied_by_policy'
        | 'denied_network'
        | 'outside_allowed_hours'
        | 'factor_restricted'
    }
  | { readonly kind: 'enroll'; readonly statusMsg: string; readonly reason: 'deny_unenrolled_user' }

/** One step of the decision, for an explanation. */
export interface Finding {
  readonly step: string
  readonly because: string
  /** The section of the policy that the step evaluates, with its source. */
  readonly section?: SectionName
  readonly source?: string
  /** Empty for a default. */
  readonly policyKey?: string
}

/** What ended a sign-in before or in place of its factor, for the log. */
export interface Decider {
  /** A step of the decision. */
  readonly step: string
  /** The policy whose section the step evaluated; empty for a default or without a section. */
  readonly policyKey: string
}

/** The decision, and the steps that led to it; the last one decided. */
export interface ExplainedDecision {
  readonly decision: Decision
  readonly findings: readonly Finding[]
}

/**
 * Decides before any factor is requested. Steps are taken in their order, and the first that decides
 * ends the evaluation.
 */
export function decide(facts: SignInFacts, policy: EffectivePolicy): ExplainedDecision {
  const findings: Finding[] = []
  for (const { step, section, check } of steps) {
    const { because, decision } = check(facts, policy)
    const evaluated = section && {
      section,
      source: describeSource(policy.sources[section]),
      policyKey: policyKeyFor(section, policy),
    }
    findings.push({ step, because, ...evaluated })
    if (decision !== undefined) return { decision, findings }
  }
  return { decision: { kind: 'auth' }, findings }
}

/** The step that decided. */
export function deciderIn(findings: readonly Finding[]): Decider {
  const last = findings.at(-1)
  return { step: last?.step ?? '', policyKey: last?.policyKey ?? '' }
}

/** The step that denies a method that the policy blocks, after the user has used it. */
export function methodsDecider(policy: EffectivePolicy): Decider {
  return { step: methodsStep, policyKey: policyKeyFor('authentication_methods', policy) }
}

function policyKeyFor(section: SectionName, { sources }: EffectivePolicy): string {
  const source = sources[section]
  return source.level === 'default' ? '' : source.policy.policyKey
}

const methodsStep = 'methods'
const readableStep = 'readable policy'

interface Step {
  readonly step: string
  readonly section?: SectionName
  readonly check: (
    facts: SignInFacts,
    policy: EffectivePolicy,
  ) => { readonly because: string; readonly decision?: Decision }
}

const steps: readonly Step[] = [
  {
    step: 'application',
    check: ({ application: { name, enabled } }) =>
      enabled
        ? { because: `${name} is enabled` }
        : { because: `${name} is disabled`, decision: deniedByPolicy },
  },
  {
    step: 'user access',
    check: ({ application: { userAccess }, permittedGroups, groups }) => {
      switch (userAccess) {
        case 'ALL_USERS':
          return { because: 'the application admits all users' }
        case 'NO_USERS':
          return { because: 'the application admits no users', decision: notPermitted }
        case 'PERMITTED_GROUPS': {
          const group = groups.find(({ groupId }) => permittedGroups.has(groupId))
          return group === undefined
            ? { because: 'the user is in no permitted group', decision: notPermitted }
            : { because: `group ${group.name} is permitted` }
        }
      }
    },
  },
  {
    step: 'username',
    check: ({ nameRefusal, status }) => {
      if (nameRefusal !== undefined) {
        return {
          because: `the name is refused: ${nameRefusal}`,
          decision: refusedName[nameRefusal],
        }
      }
      return { because: status === undefined ? 'no user has this name' : 'the user exists' }
    },
  },
  {
    step: 'disabled',
    check: ({ status, groups }) => {
      const group = groups.find((candidate) => candidate.status === 'disabled')
      if (group !== undefined) {
        return { because: `group ${group.name} is disabled`, decision: disabled }
      }
      if (status === 'pending deletion') {
        return { because: 'the user is in the trash', decision: disabled }
      }
      return status === 'disabled'
        ? { because: 'the user is disabled', decision: disabled }
        : { because: 'neither the user nor a group is disabled' }
    },
  },
  {
    step: 'lockout',
    check: ({ status, lockedOut }) => {
      if (status === 'locked out') {
        return { because: 'the status of the user is locked out', decision: isLockedOut }
      }
      return lockedOut
        ? { because: 'too many wrong passcodes have locked the account', decision: isLockedOut }
        : { because: 'the account is not locked' }
    },
  },
  {
    step: 'bypass status',
    check: ({ status, groups, application: { type } }) => {
      const group = groups.find((candidate) => candidate.status === 'bypass')
      if (group === undefined && status !== 'bypass') {
        return { because: 'neither the user nor a group has bypass status' }
      }
      const because = `${group === undefined ? 'the user' : `group ${group.name}`} has bypass status`
      // users sign in to the portal without a password, and administrators always need a second factor
      return isOwnType(type)
        ? { because: `${because}, which this application refuses`, decision: deniedByPolicy }
        : { because, decision: bypassed }
    },
  },
  {
    step: readableStep,
    check: (_, { unreadable }) => {
      const [first] = unreadable
      if (first === undefined) return { because: 'every section of the policy can be read' }
      const { section, source, reason } = first
      const because = `the section ${section} of ${describeSource(source)} can't be read: ${reason}`
      return { because, decision: deniedByPolicy }
    },
  },
  {
    step: 'authentication policy',
    section: 'authentication_policy',
    check: (_, { rules }) => {
      const behavior = rules.authentication_policy.user_auth_behavior
      const because = `user_auth_behavior is ${behavior}`
      if (behavior === 'deny') return { because, decision: deniedByPolicy }
      return behavior === 'bypass' ? { because, decision: allowedByPolicy } : { because }
    },
  },
  {
    step: 'denied networks',
    section: 'authorized_networks',
    check: ({ address }, { rules }) => {
      const rule = networkRule(address, rules.authorized_networks)
      if (rule === 'blocked') {
        return { because: `${address} is in a blocked network`, decision: deniedNetwork }
      }
      return rule === 'other denied'
        ? {
            because: `${describeAddress(address)} is in no list, and deny_other_access is on`,
            decision: deniedNetwork,
          }
        : { because: `${describeAddress(address)} is not denied` }
    },
  },
  {
    step: 'hours',
    section: 'access_hours',
    check: ({ now }, { rules }) => {
      const hours = rules.access_hours
      if (hours.allowed.length === 0) return { because: 'any time is allowed' }
      const time = describeLocalTime(hours.time_zone, now)
      return isWithinHours(hours, now)
        ? { because: `${time} is within the allowed hours` }
        : { because: `${time} is outside the allowed hours`, decision: outsideHours }
    },
  },
  {
    step: 'networks without a second factor',
    section: 'authorized_networks',
    check: ({ address, enrolled }, { rules }) => {
      const networks = rules.authorized_networks
      const rule = networkRule(address, networks)
      if (rule !== 'no 2fa required') {
        return { because: `${describeAddress(address)} needs a second factor` }
      }
      if (enrolled) {
        return { because: `${address} needs no second factor`, decision: trustedNetwork }
      }
      return networks.no_2fa_required.require_enrollment
        ? { because: `${address} needs no second factor, but only for enrolled users` }
        : { because: `${address} needs no second factor`, decision: trustedNetworkUnenrolled }
    },
  },
  {
    step: 'user without a device',
    section: 'user_without_device',
    check: ({ status, enrolled }, { rules }) => {
      if (enrolled) return { because: 'the user has a way to sign in' }
      const { behavior } = rules.user_without_device
      if (status === undefined) return { because: 'applies only to users who exist' }
      return behavior === 'as-new-user'
        ? { because: 'the user has no device and is treated as a new user' }
        : { because: `behavior is ${behavior}`, decision: unenrolled[behavior] }
    },
  },
  {
    step: 'new user',
    section: 'new_user',
    check: ({ enrolled }, { rules }) => {
      if (enrolled) return { because: 'the user is enrolled' }
      const { new_user_behavior: behavior } = rules.new_user
      return { because: `new_user_behavior is ${behavior}`, decision: unenrolled[behavior] }
    },
  },
  {
    step: methodsStep,
    section: 'authentication_methods',
    check: ({ methods }, { rules }) => {
      const { blocked_auth_list: blocked } = rules.authentication_methods
      const left = methods.filter((method) => !blocked.includes(method))
      if (left.length > 0) return { because: `allowed methods: ${left.join(', ')}` }
      return methods.length === 0
        ? { because: 'no device can be asked now; a passcode is checked' }
        : { because: `every method is blocked: ${methods.join(', ')}`, decision: factorRestricted }
    },
  },
]

/** The steps that no policy changes: they decide before any policy is read. */
export const stepsBeforePolicy: readonly string[] = steps
  .slice(
    0,
    steps.findIndex(({ step }) => step === readableStep),
  )
  .map(({ step }) => step)

function describeAddress(address: string): string {
  if (address === '') return 'an unknown address'
  return isAddress(address) ? address : `'${address}' (not an address)`
}

const notPermitted = {
  kind: 'deny',
  status: 'deny',
  statusMsg: statusMessage.unknownUserDenied,
  reason: 'user_not_in_permitted_group',
} as const satisfies Decision

const disabled = {
  kind: 'deny',
  status: 'deny',
  statusMsg: statusMessage.disabled,
  reason: 'user_disabled',
} as const satisfies Decision

const isLockedOut = {
  kind: 'deny',
  status: 'locked_out',
  statusMsg: statusMessage.lockedOut,
  reason: 'locked_out',
} as const satisfies Decision

const bypassed = {
  kind: 'allow',
  status: 'bypass',
  statusMsg: statusMessage.bypass,
  reason: 'bypass_user',
} as const satisfies Decision

const allowedByPolicy = { ...bypassed, reason: 'allowed_by_policy' } as const satisfies Decision

const deniedByPolicy = {
  kind: 'deny',
  status: 'deny',
  statusMsg: statusMessage.unknownUserDenied,
  reason: 'denied_by_policy',
} as const satisfies Decision

const deniedNetwork = {
  kind: 'deny',
  status: 'deny',
  statusMsg: statusMessage.networkDenied,
  reason: 'denied_network',
} as const satisfies Decision

const outsideHours = {
  kind: 'deny',
  status: 'deny',
  statusMsg: statusMessage.outsideHours,
  reason: 'outside_allowed_hours',
} as const satisfies Decision

const trustedNetwork = {
  kind: 'allow',
  status: 'allow',
  statusMsg: statusMessage.trustedNetwork,
  reason: 'trusted_network',
} as const satisfies Decision

const trustedNetworkUnenrolled = {
  ...trustedNetwork,
  reason: 'allow_unenrolled_user_on_trusted_network',
} as const satisfies Decision

const factorRestricted = {
  kind: 'deny',
  status: 'deny',
  statusMsg: statusMessage.methodsBlocked,
  reason: 'factor_restricted',
} as const satisfies Decision

export const refusedName = {
  look_alike: {
    kind: 'deny',
    status: 'deny',
    statusMsg: statusMessage.usernameRefused,
    reason: 'look_alike_username',
  },
  invalid: {
    kind: 'deny',
    status: 'deny',
    statusMsg: statusMessage.usernameRefused,
    reason: 'invalid_username',
  },
} as const satisfies Readonly<Record<NameRefusal['kind'], Decision>>

const unenrolled = {
  enroll: { kind: 'enroll', statusMsg: statusMessage.enroll, reason: 'deny_unenrolled_user' },
  'no-mfa': {
    kind: 'allow',
    status: 'allow',
    statusMsg: statusMessage.unknownUserAllowed,
    reason: 'allow_unenrolled_user',
  },
  deny: {
    kind: 'deny',
    status: 'deny',
    statusMsg: statusMessage.unknownUserDenied,
    reason: 'deny_unenrolled_user',
  },
} as const satisfies Readonly<Record<NewUserBehavior, Decision>>
