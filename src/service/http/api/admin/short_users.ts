import type { z } from 'zod'
import { currentStatus, type User } from '../../../people/user.ts'
import { Users } from '../../../people/users.ts'
import { activeLocks } from '../../../sign_in/lockout.ts'
import type { StoreDb } from '../../../store/store.ts'
import { type shortUserSchema, toShortUser } from './short_user.ts'

export type ShortUser = z.infer<typeof shortUserSchema>

const users = new Users()

/** The users of these identifiers as other objects contain them. */
export async function readShortUsers(
  userIds: readonly string[],
  now: number,
  db: StoreDb,
): Promise<ReadonlyMap<string, ShortUser>> {
  const found = [...(await users.byIds([...new Set(userIds)], db)).values()]
  return new Map((await toShortUsers(found, now, db)).map((user) => [user.user_id, user]))
}

/** In the order of the users. */
export async function toShortUsers(
  found: readonly User[],
  now: number,
  db: StoreDb,
): Promise<readonly ShortUser[]> {
  const userIds = found.map(({ userId }) => userId)
  const locks = await activeLocks(userIds, now, db)
  return found.map((user) => {
    const status = currentStatus(user, now)
    const { lockedUntil = null } = locks.get(user.userId) ?? {}
    const isLocked = lockedUntil !== null && (status === 'active' || status === 'bypass')
    return toShortUser(user, isLocked ? 'locked out' : status)
  })
}
