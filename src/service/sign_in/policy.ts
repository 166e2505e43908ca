import { statusMessage } from '../../duo/index.ts'
import type { NewUserPolicy } from '../applications/integrations.ts'
import type { GroupStatus } from '../people/groups.ts'
import type { UserStatus } from '../people/user.ts'
import type { NameRefusal } from '../people/user_names.ts'

/** What the decision depends on. */
export interface Subject {
  /** `undefined` for a name that no user has. */
  readonly status: UserStatus | undefined
  /** Why an unknown name can't become a user, regardless of the policy for new users. */
  readonly nameRefusal: NameRefusal['kind'] | undefined
  /** Of all groups of the user; they take precedence over the user's own status. */
  readonly groupStatuses: readonly GroupStatus[]
  /** Whether too many wrong passcodes have locked the account for a while. */
  readonly lockedOut: boolean
  /** Whether the user has anything to sign in with. */
  readonly enrolled: boolean
}

/** Whether a user may sign in, and why; the reasons are those of the authentication log. */
export type Decision =
  | { readonly kind: 'auth' }
  | {
      readonly kind: 'allow'
      readonly status: 'bypass' | 'allow'
      readonly statusMsg: string
      readonly reason: 'bypass_user' | 'allow_unenrolled_user'
    }
  | {
      readonly kind: 'deny'
      readonly status: 'deny' | 'locked_out'
      readonly statusMsg: string
      readonly reason:
        | 'user_disabled'
        | 'locked_out'
        | 'deny_unenrolled_user'
        | 'look_alike_username'
        | 'invalid_username'
    }
  | { readonly kind: 'enroll'; readonly statusMsg: string; readonly reason: 'deny_unenrolled_user' }

/**
 * Decides before any factor is requested. If user and groups disagree, the strictest wins: disabled
 * before locked out before bypass.
 */
export function decide(subject: Subject, newUserPolicy: NewUserPolicy): Decision {
  const { status, groupStatuses } = subject
  if (subject.nameRefusal !== undefined) return refusedName[subject.nameRefusal]
  if (status === undefined) return decideNewUser(newUserPolicy)
  if (status === 'disabled' || groupStatuses.includes('disabled')) {
    return {
      kind: 'deny',
      status: 'deny',
      statusMsg: statusMessage.disabled,
      reason: 'user_disabled',
    }
  }
  if (status === 'locked out' || subject.lockedOut) return lockedOut
  if (status === 'bypass' || groupStatuses.includes('bypass')) {
    return {
      kind: 'allow',
      status: 'bypass',
      statusMsg: statusMessage.bypass,
      reason: 'bypass_user',
    }
  }
  return subject.enrolled ? { kind: 'auth' } : decideNewUser(newUserPolicy)
}

const lockedOut = {
  kind: 'deny',
  status: 'locked_out',
  statusMsg: statusMessage.lockedOut,
  reason: 'locked_out',
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

function decideNewUser(policy: NewUserPolicy): Decision {
  switch (policy) {
    case 'enroll':
      return { kind: 'enroll', statusMsg: statusMessage.enroll, reason: 'deny_unenrolled_user' }
    case 'allow':
      return {
        kind: 'allow',
        status: 'allow',
        statusMsg: statusMessage.unknownUserAllowed,
        reason: 'allow_unenrolled_user',
      }
    case 'deny':
      return {
        kind: 'deny',
        status: 'deny',
        statusMsg: statusMessage.unknownUserDenied,
        reason: 'deny_unenrolled_user',
      }
  }
}
