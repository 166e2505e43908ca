import type { Integration } from '../access/integrations.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { BypassCodes } from '../directory/bypass_codes.ts'
import type { Groups } from '../directory/groups.ts'
import type { Phones } from '../directory/phones.ts'
import type { Token, Tokens } from '../directory/tokens.ts'
import type { User } from '../directory/user.ts'
import type { Users } from '../directory/users.ts'
import { type CapablePhone, capablePhones } from '../factor/capable_device.ts'
import type { Lockout } from './lockout.ts'
import { type Decision, decide } from './policy.ts'

/** How a caller names a user. */
export type Named = { readonly username: string } | { readonly userId: string }

/** Somebody who wants to sign in, and whether he may. */
export interface Subject {
  readonly user: User | undefined
  readonly phones: readonly CapablePhone[]
  /** Tokens that are no phone's. */
  readonly tokens: readonly Token[]
  readonly decision: Decision
}

export interface Directory {
  readonly users: Users
  readonly groups: Groups
  readonly phones: Phones
  readonly tokens: Tokens
  readonly bypassCodes: BypassCodes
}

/** Reads what there is to know of a user before a second factor is looked at. */
export async function readSubject(
  named: Named,
  integration: Integration,
  now: number,
  from: { readonly directory: Directory; readonly lockout: Lockout; readonly delivery: Delivery },
): Promise<Subject> {
  const { directory, lockout, delivery } = from
  const { newUserPolicy } = integration
  const user =
    'userId' in named
      ? await directory.users.byId(named.userId)
      : await directory.users.byName(named.username, integration.usernameNormalization)
  if (user === undefined) {
    const nobody = { status: undefined, groupStatuses: [], enrolled: false, lockedOut: false }
    return { user, phones: [], tokens: [], decision: decide(nobody, newUserPolicy) }
  }
  const [groups, phones, tokens, lockedOut] = await Promise.all([
    directory.groups.ofUser(user.userId),
    directory.phones.ofUser(user.userId),
    directory.tokens.ofUser(user.userId),
    lockout.accountIsLocked(user.userId, now),
  ])
  const enrolled =
    phones.length > 0 ||
    tokens.length > 0 ||
    (await directory.bypassCodes.ofUser(user.userId)).length > 0
  return {
    user,
    phones: capablePhones(phones, tokens, delivery),
    tokens: tokens.filter(({ phoneId }) => phoneId === null),
    decision: decide(
      {
        status: user.status,
        groupStatuses: groups.map(({ status }) => status),
        enrolled,
        lockedOut,
      },
      newUserPolicy,
    ),
  }
}
