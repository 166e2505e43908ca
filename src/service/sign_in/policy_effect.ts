import type { Integration } from '../applications/integrations.ts'
import { type AuthMethod, loggedMethods } from '../applications/policy/authentication_methods.ts'
import type { EffectivePolicy } from '../applications/policy/policy_layers.ts'
import type { AuthenticationEvent } from '../audit/authentication_log.ts'
import { decide, type SignInFacts, stepsBeforePolicy } from './decision.ts'

/** How a logged sign-in would have gone differently. */
export const policyEffects = [
  /** It succeeded, and would have been denied. */
  'allowed_to_denied',
  /** It succeeded with a factor that would have been refused; the user has another method. */
  'factor_refused',
  /** It succeeded with a factor, and would have been let in without one. */
  'asked_to_allowed',
  /** It was denied, and would have been let in without a factor. */
  'denied_to_allowed',
  /** It was let in without a factor, and would have been asked for one. */
  'allowed_to_asked',
  /** It was denied before a factor, and would have been asked for one. */
  'denied_to_asked',
] as const
export type PolicyEffect = (typeof policyEffects)[number]

/** What a sign-in would have been, and the reason as the log would name it; empty if a factor decides. */
export interface EffectOnSignIn {
  readonly effect: PolicyEffect
  readonly reason: string
}

/** What a user could sign in with. */
export interface UserMethods {
  readonly enrolled: boolean
  readonly methods: readonly AuthMethod[]
}

interface Result {
  readonly kind: 'allowed' | 'denied' | 'asked' | 'factor refused'
  readonly reason: string
}

/** Lines for something that was sent during a sign-in; the sign-in has another line. */
const sentReasons: readonly string[] = [
  'sms_sent',
  'passcode_spoken',
  'call_under_way',
  'verification_code_sent',
]
const beforePolicy: readonly string[] = [
  'bypass_user',
  'invalid_username',
  'locked_out',
  'look_alike_username',
  'user_disabled',
  'user_not_in_permitted_group',
]
const unenrolledReasons: readonly string[] = [
  'allow_unenrolled_user',
  'allow_unenrolled_user_on_trusted_network',
  'deny_unenrolled_user',
]

/** Whether a policy had a part in a sign-in. Retries and what was sent on the way are not counted. */
export function isPolicyMatter({ reason, repeatOf, decidedBy }: AuthenticationEvent): boolean {
  if (repeatOf !== null || sentReasons.includes(reason)) return false
  return !beforePolicy.includes(reason) && !stepsBeforePolicy.includes(decidedBy)
}

/**
 * What the log says about the methods of the user at that time.
 *
 * @returns `undefined` if it does not tell, so that those of today have to be read.
 */
export function methodsInLog(
  { userId, reason, factor, result }: AuthenticationEvent,
  policies: readonly EffectivePolicy[],
): UserMethods | undefined {
  if (userId === null || unenrolledReasons.includes(reason)) return { enrolled: false, methods: [] }
  if (factor === '' || reason === 'factor_restricted') return undefined
  const methods = loggedMethods(factor)
  const isBlocked = policies.some(({ rules }) =>
    methods.some((method) => rules.authentication_methods.blocked_auth_list.includes(method)),
  )
  return isBlocked && result === 'success' ? undefined : { enrolled: true, methods }
}

/**
 * Compares how a logged sign-in would be decided under two policies, with the decision that every sign-in
 * takes.
 *
 * @returns `undefined` if it would have ended as it did.
 */
export function policyEffect(
  event: AuthenticationEvent,
  application: Pick<Integration, 'name' | 'type'>,
  user: UserMethods,
  { current, proposed }: { readonly current: EffectivePolicy; readonly proposed: EffectivePolicy },
): EffectOnSignIn | undefined {
  const facts = toFacts(event, application, user)
  const before = resultUnder(current, event, facts)
  const after = resultUnder(proposed, event, facts)
  if (before.kind === after.kind) return undefined
  const effect = toEffect(event, before.kind, after.kind)
  return effect && { effect, reason: after.reason }
}

function toEffect(
  { result, factor }: AuthenticationEvent,
  before: Result['kind'],
  after: Result['kind'],
): PolicyEffect | undefined {
  const succeeded = result === 'success'
  switch (after) {
    case 'denied':
      return succeeded ? 'allowed_to_denied' : undefined
    case 'factor refused':
      return succeeded ? 'factor_refused' : undefined
    case 'allowed':
      if (!succeeded) return 'denied_to_allowed'
      return factor === '' ? undefined : 'asked_to_allowed'
    case 'asked':
      if (succeeded) return before === 'allowed' && factor === '' ? 'allowed_to_asked' : undefined
      return before === 'allowed' ? undefined : 'denied_to_asked'
  }
}

/** The line exists because no earlier step decided, so they all pass. */
function toFacts(
  { ipaddr: address, timestamp, userId, factor }: AuthenticationEvent,
  application: Pick<Integration, 'name' | 'type'>,
  { enrolled, methods }: UserMethods,
): SignInFacts {
  return {
    application: { ...application, enabled: true, userAccess: 'ALL_USERS' },
    permittedGroups: new Set(),
    status: userId === null ? undefined : 'active',
    nameRefusal: undefined,
    groups: [],
    lockedOut: false,
    // a device may have been removed since, and a code is used up
    enrolled: enrolled || factor !== '',
    methods: [...new Set([...methods, ...loggedMethods(factor)])],
    address,
    now: timestamp,
  }
}

function resultUnder(
  policy: EffectivePolicy,
  { factor }: AuthenticationEvent,
  facts: SignInFacts,
): Result {
  const { decision } = decide(facts, policy)
  switch (decision.kind) {
    case 'allow':
      return { kind: 'allowed', reason: decision.reason }
    case 'deny':
    case 'enroll':
      return { kind: 'denied', reason: decision.reason }
    case 'auth': {
      const used = loggedMethods(factor)
      if (used.length === 0) return { kind: 'asked', reason: '' }
      const { decision: withFactor } = decide({ ...facts, methods: used }, policy)
      return withFactor.kind === 'deny'
        ? { kind: 'factor refused', reason: withFactor.reason }
        : { kind: 'asked', reason: '' }
    }
  }
}
