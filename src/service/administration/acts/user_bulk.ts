import { Groups } from '../../people/groups.ts'
import { DirectoryError, type User } from '../../people/user.ts'
import type { UserFilter } from '../../people/user_filter.ts'
import { Users } from '../../people/users.ts'
import { pages } from '../../store/keyset.ts'
import type { Store } from '../../store/store.ts'
import type { Administration } from '../administration.ts'
import { AdministrationError } from '../administration_error.ts'
import { addMember, removeMember } from './groups.ts'
import { type InvitationMailer, inviteUser } from './invitations.ts'
import { restoreUser, trashUser } from './trash.ts'
import { lockUser, unlockUser, updateUser } from './users.ts'

/** What is done to each selected user. */
export type BulkChange =
  | { readonly act: 'trash' | 'restore' | 'lock' | 'unlock' | 'invite' }
  | {
      readonly act: 'status'
      readonly status: 'active' | 'bypass' | 'disabled'
      readonly bypassUntil?: number | null | undefined
    }
  | { readonly act: 'group_add' | 'group_remove'; readonly groupId: string }

export interface BulkFailure {
  readonly user_id: string
  readonly username: string
  readonly message: string
}

export interface BulkResult {
  readonly changed: number
  /** The first of them. */
  readonly failures: readonly BulkFailure[]
  readonly failureCount: number
}

const pageSize = 500
const maxFailures = 500
/** The most users that one bulk change selects. */
const maxUsers = 100_000

/**
 * The identifiers of the users that match a filter, so that a change does not move users between the
 * pages that are still to come.
 *
 * @throws {DirectoryError} `DIRECTORY_TOO_MANY`
 */
export async function selectUsers(filter: UserFilter, store: Store): Promise<string[]> {
  const userIds: string[] = []
  const listed = pages((after) => new Users().page({ ...filter, limit: pageSize, after }, store.db))
  for await (const users of listed) {
    userIds.push(...users.map(({ userId }) => userId))
    if (userIds.length <= maxUsers) continue
    throw new DirectoryError(
      'DIRECTORY_TOO_MANY',
      `more than ${maxUsers} users are selected; use a narrower filter`,
    )
  }
  return userIds
}

/**
 * Changes many users, each in a transaction of its own: a user who can't be changed does not keep the
 * others from it.
 *
 * @param sendMail For invitations.
 */
export async function changeUsers(
  store: Store,
  administration: Administration,
  userIds: readonly string[],
  change: BulkChange,
  {
    sendMail,
    onProgress,
  }: {
    readonly sendMail: InvitationMailer | undefined
    readonly onProgress: (done: number) => Promise<void>
  },
): Promise<BulkResult> {
  const failures: BulkFailure[] = []
  let changed = 0
  let failureCount = 0
  for (const [index, userId] of userIds.entries()) {
    const user = await new Users().byId(userId, store.db)
    try {
      if (user === undefined) {
        throw new DirectoryError('DIRECTORY_NOT_FOUND', 'the user was deleted meanwhile')
      }
      await changeUser(store, administration, user, change, sendMail)
      changed++
    } catch (error) {
      const isExpected =
        error instanceof DirectoryError ||
        error instanceof AdministrationError ||
        (error instanceof Error && error.name === 'DeliveryError')
      if (!isExpected) throw error
      failureCount++
      if (failures.length < maxFailures) {
        const { username = '' } = user ?? {}
        failures.push({ user_id: userId, username, message: error.message })
      }
    }
    await onProgress(index + 1)
    // sign-ins go on between two users
    await new Promise(setImmediate)
  }
  return { changed, failures, failureCount }
}

async function changeUser(
  store: Store,
  administration: Administration,
  user: User,
  change: BulkChange,
  sendMail: InvitationMailer | undefined,
): Promise<void> {
  switch (change.act) {
    case 'trash':
      await administration.run(trashUser, { user })
      return
    case 'restore':
      await administration.run(restoreUser, { user })
      return
    case 'lock':
      await administration.run(lockUser, { user })
      return
    case 'unlock':
      await administration.run(unlockUser, { user })
      return
    case 'status': {
      const { status, bypassUntil } = change
      await administration.run(updateUser, { user, change: { status, bypassUntil } })
      return
    }
    case 'group_add':
    case 'group_remove': {
      const group = await new Groups().byId(change.groupId, store.db)
      if (group === undefined) {
        throw new DirectoryError('DIRECTORY_NOT_FOUND', 'the group was deleted meanwhile')
      }
      await administration.run(change.act === 'group_add' ? addMember : removeMember, {
        group,
        user,
      })
      return
    }
    case 'invite': {
      if (user.enrolled) throw refused('the user is enrolled already')
      if (user.email === '') throw refused('the user has no e-mail address')
      const invitation = await administration.run(inviteUser, { user })
      await sendMail?.(user, user.email, invitation, { isReminder: false })
      return
    }
  }
}

function refused(message: string): DirectoryError {
  return new DirectoryError('DIRECTORY_STATUS', message)
}
