import { statusMessage } from '../../duo/index.ts'
import type { NewUserPolicy } from '../access/integrations.ts'
import type { GroupStatus } from '../directory/groups.ts'
import type { UserStatus } from '../directory/user.ts'
import type { NameRefusal } from '../directory/user_names.ts'

/** What is known of whoever wants to sign in. */
export interface Subject {
  /** `undefined` for a name that no user has. */
  readonly status: UserStatus | undefined
  /** Why a name that no user has can't become a user's, whatever the policy for new users is. */
  readonly nameRefusal: NameRefusal['kind'] | undefined
  /** Of all groups that the user is in: they count before the user's own. */
  readonly groupStatuses: readonly GroupStatus[]
  /** Whether too many wrong passcodes have locked the account for a while. */
  readonly lockedOut: boolean
  /** Whether the user has anything to sign in with. */
  readonly enrolled: boolean
}

/** Whether somebody may sign in, and why; the reasons are the authentication log's. */
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
 * Decides before any factor is asked for. Where user and groups disagree, what lets in least counts:
 * disabled before locked out before bypass.
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

/** What a locked source is told, too. */
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
