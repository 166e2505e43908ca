import type { User } from '../../people/user.ts'
import { type NewUser, Users } from '../../people/users.ts'
import { endLocks } from '../../sign_in/lockout.ts'
import { act } from '../act.ts'

/** What an administrator changes about a user. */
export type UserChange = Partial<Pick<User, 'username' | 'realname' | 'email' | 'status'>>

interface UserEdit {
  readonly user: User
  readonly change: UserChange
}

/** @throws {DirectoryError} As `Users.create`. */
export const createUser = act({
  name: 'user_create',
  permits: (user: NewUser) => ['users.create', ...bypassPermit(user.status)],
  do: ({ db, now }, user: NewUser) => new Users().create(user, now, db),
  log: (_, created) => ({ object: created.username, description: '' }),
})

/** @throws {DirectoryError} As `Users.update`. */
export const updateUser = act({
  name: 'user_update',
  permits: ({ change }: UserEdit) => ['users.edit', ...bypassPermit(change.status)],
  do: ({ db }, { user, change }: UserEdit) => new Users().update(user.userId, change, db),
  log: ({ user, change }) => ({ object: user.username, description: { ...change } }),
})

/** Removes the locks after wrong passcodes, for all applications and addresses. */
export const unlockUser = act({
  name: 'user_unlock',
  permits: ['users.unlock'],
  do: async ({ db }, { user }: { readonly user: User }) => {
    await endLocks(user.userId, db)
    await new Users().unlock(user.userId, db)
  },
  log: ({ user }) => ({ object: user.username, description: '' }),
})

/** Deletes a user with all devices. */
export const deleteUser = act({
  name: 'user_delete',
  permits: ['users.create'],
  do: ({ db }, { user }: { readonly user: User }) => new Users().remove(user.userId, db),
  log: ({ user }) => ({ object: user.username, description: '' }),
})

function bypassPermit(status: User['status'] | undefined): readonly 'users.bypass'[] {
  return status === 'bypass' ? ['users.bypass'] : []
}
