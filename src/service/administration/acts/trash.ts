import { DirectoryError, type User } from '../../people/user.ts'
import { UserTrash } from '../../people/user_trash.ts'
import { Users, userGone } from '../../people/users.ts'
import { act, type LogLine } from '../act.ts'

interface OneUser {
  readonly user: User
}

/**
 * Puts a user into the trash: the user can't sign in, and is deleted after some days. Succeeds for a user
 * who is there already.
 *
 * @throws {DirectoryError} `DIRECTORY_NOT_FOUND`
 */
export const trashUser = act({
  name: 'user_trash',
  permits: ['users.create'],
  do: async ({ db, now, actor }, { user }: OneUser) => {
    const moved = await new UserTrash().put(user.userId, actor, now, db)
    if (!moved && !(await new Users().hold(user.userId, db))) throw userGone(user.username)
    return moved
  },
  log: ({ user }, moved) => (moved ? describe(user) : []),
})

/**
 * Takes a user out of the trash, with devices, groups and the status from before.
 *
 * @throws {DirectoryError} `DIRECTORY_NOT_FOUND` if the user was deleted meanwhile, `DIRECTORY_STATUS` if
 *   the user is not in the trash.
 */
export const restoreUser = act({
  name: 'user_restore',
  permits: ['users.create'],
  do: async ({ db }, { user }: OneUser) => {
    if (await new UserTrash().restore(user.userId, db)) return
    if (!(await new Users().hold(user.userId, db))) throw userGone(user.username)
    throw new DirectoryError('DIRECTORY_STATUS', `the user '${user.username}' is not in the trash`)
  },
  log: ({ user }) => describe(user),
})

function describe({ userId, username }: User): LogLine {
  return { object: username, objectKind: 'user', objectId: userId, description: '' }
}
