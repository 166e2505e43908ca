import type { Users } from '../../../people/users.ts'
import type { StoreDb } from '../../../store/store.ts'

/** A user as lists of other objects name them. */
export interface UserReference {
  readonly user_id: string
  readonly username: string
}

/** Finds the users of a page of objects, with one query. */
export async function userReferences(
  userIds: readonly (string | null)[],
  users: Users,
  db: StoreDb,
): Promise<(userId: string | null) => UserReference | null> {
  const known = userIds.filter((userId) => userId !== null)
  const names = await users.usernames([...new Set(known)], db)
  return (userId) => {
    const username = userId === null ? undefined : names.get(userId)
    return userId === null || username === undefined ? null : { user_id: userId, username }
  }
}
