import { pendingUsers } from '../people/enrolment/invitations.ts'
import { membersOf } from '../people/groups.ts'
import type { UserFilter } from '../people/user_filter.ts'
import { lockedUsers } from '../sign_in/lockout.ts'

const inactiveMs = 30 * 24 * 60 * 60_000

/** The filters of the list of users, as its tiles name them. */
export const userListFilters = [
  'active',
  'not_enrolled',
  'pending',
  'inactive',
  'bypass',
  'locked',
  'disabled',
  'trash',
] as const
export type UserListFilterName = (typeof userListFilters)[number]

/** What an administrator selects users by. */
export interface UserListFilter {
  readonly q?: string | undefined
  readonly filter?: UserListFilterName | undefined
  /** The identifier of a group. */
  readonly group?: string | undefined
}

/** The conditions of a list of users. */
export function toUserFilter({ q = '', filter, group }: UserListFilter, now: number): UserFilter {
  const { among = [], ...selected } = filter === undefined ? {} : named(filter, now)
  return {
    ...(q === '' ? {} : { search: q }),
    ...selected,
    among: group === undefined ? among : [...among, membersOf(group)],
  }
}

function named(filter: UserListFilterName, now: number): UserFilter {
  switch (filter) {
    case 'active':
      return { status: 'active' }
    case 'not_enrolled':
      return { enrolled: false }
    case 'pending':
      return { enrolled: false, among: [pendingUsers(now)] }
    case 'inactive':
      return { inactiveSince: now - inactiveMs }
    case 'bypass':
      return { status: 'bypass' }
    case 'locked':
      return { lockedAmong: lockedUsers(now) }
    case 'disabled':
      return { status: 'disabled' }
    case 'trash':
      return { trash: 'only' }
  }
}
