import type { Clock } from '../../../../host/clock.ts'
import type { User } from '../../../people/user.ts'
import type { Users } from '../../../people/users.ts'
import type { Store, StoreDb } from '../../../store/store.ts'
import { InvalidInput, NotFound } from './admin_failure.ts'

/** What the routes of users, groups and devices share. */
export interface PeopleRoutes {
  readonly store: Store
  readonly clock: Clock
  /** Wrong passcodes in a row that lock a source, as configured. */
  readonly failedLimit: () => number
  /** Days that a removed user stays in the trash. */
  readonly trashDays: () => number
}

/** @throws {NotFound} */
export async function requireUser(users: Users, userId: string, db: StoreDb): Promise<User> {
  const user = await users.byId(userId, db)
  if (user !== undefined) return user
  throw new NotFound('there is no such user; reload the list')
}

/** Checks the name that confirms a removal. @throws {InvalidInput} */
export function requireName({ username }: Pick<User, 'username'>, typed: string): void {
  if (typed.trim() === username) return
  throw new InvalidInput('username', `Type the user name, ${username}, to confirm the removal.`)
}

/** An object without its undefined properties. */
export function present<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> }
}
