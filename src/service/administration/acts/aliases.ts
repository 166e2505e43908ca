import { changedFields } from '../../audit/changes.ts'
import type { User } from '../../people/user.ts'
import { Users } from '../../people/users.ts'
import { act } from '../act.ts'

/** Replaces the aliases of a user. @throws {DirectoryError} As `Users.setAliases`. */
export const setAliases = act({
  name: 'user_update',
  permits: ['users.edit'],
  do: ({ db }, { user, aliases }: { readonly user: User; readonly aliases: readonly string[] }) =>
    new Users().setAliases(user.userId, aliases, db),
  before: async ({ db }, { user }) => (await new Users().byId(user.userId, db)) ?? user,
  log: ({ user, aliases }, _, before) => ({
    object: user.username,
    objectKind: 'user',
    objectId: user.userId,
    description: { aliases },
    changes: changedFields(before, { aliases }),
  }),
})
