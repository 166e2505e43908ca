import { changedFields, removedFields } from '../../audit/changes.ts'
import { type Bypass, currentStatus, type User } from '../../people/user.ts'
import type { UserFields } from '../../people/user_fields.ts'
import { type NewUser, Users, userGone } from '../../people/users.ts'
import { readStoredSetting } from '../../settings/settings.ts'
import { endLocks } from '../../sign_in/lockout.ts'
import type { StoreDb } from '../../store/store.ts'
import { type ActContext, act } from '../act.ts'

const hourMs = 3_600_000

/** When a bypass ends, in milliseconds since 1970; `null` for no end, absent for the setting. */
interface BypassEnd {
  readonly bypassUntil?: number | null | undefined
}

/** A user as an administrator creates them. */
export type CreatedUser = Omit<NewUser, 'bypass'> & BypassEnd

/** What an administrator changes about a user. */
export type UserChange = Omit<UserFields, 'bypass'> & BypassEnd

interface UserEdit {
  readonly user: User
  readonly change: UserChange
}

interface OneUser {
  readonly user: User
}

/** @throws {DirectoryError} As `Users.create`. */
export const createUser = act({
  name: 'user_create',
  permits: (user: CreatedUser) => ['users.create', ...bypassPermit(user.status)],
  do: async (context, { bypassUntil, ...user }: CreatedUser) => {
    const bypass = await newBypass(user.status, bypassUntil, context)
    return await new Users().create({ ...user, ...bypass }, context.now, context.db)
  },
  log: (_, created) => {
    const { username, realname, email, status, aliases, bypass } = created
    const fields = { username, realname, email, status, aliases, bypass_until: bypass?.until }
    return { ...describe(created), description: '', changes: changedFields({}, fields) }
  },
})

/**
 * Changes a user. A user who is in bypass keeps its beginning and end, unless the change names another
 * end.
 *
 * @returns The user before the change.
 * @throws {DirectoryError} As `Users.update` and `Users.require`.
 */
export const updateUser = act({
  name: 'user_update',
  permits: async (edit: UserEdit, db) => [
    'users.edit',
    ...bypassPermit(edit.change.bypassUntil === undefined ? edit.change.status : 'bypass'),
    ...((await isUnlock(edit, db)) ? (['users.unlock'] as const) : []),
  ],
  hourly: { cap: 'unlocks', count: async (edit, db) => ((await isUnlock(edit, db)) ? 1 : 0) },
  do: async (context, { user, change: { bypassUntil, ...change } }: UserEdit) => {
    const users = new Users()
    const before = await users.require(user, context.db)
    const status = change.status ?? (bypassUntil === undefined ? undefined : before.status)
    const isInBypass = currentStatus(before, context.now) === 'bypass'
    const bypass =
      isInBypass && status === 'bypass' && bypassUntil === undefined && before.bypass !== null
        ? { bypass: before.bypass }
        : await newBypass(status, bypassUntil, context)
    await users.update(user.userId, { ...change, ...bypass }, context.db)
    return before
  },
  log: ({ user, change: { bypassUntil, ...change } }, before) => ({
    ...describe(user),
    description: { ...change, bypass_until: bypassUntil },
    changes: changedFields(
      { ...before, bypass_until: before.bypass?.until },
      { ...change, bypass_until: bypassUntil },
    ),
  }),
})

/** Removes the locks after wrong passcodes, for all applications and addresses. */
export const unlockUser = act({
  name: 'user_unlock',
  permits: ['users.unlock'],
  hourly: { cap: 'unlocks' },
  do: async ({ db }, { user }: OneUser) => {
    const users = new Users()
    await users.require(user, db)
    await endLocks(user.userId, db)
    await users.unlock(user.userId, db)
  },
  before: async ({ db }, { user }: OneUser) => (await new Users().byId(user.userId, db)) ?? user,
  log: ({ user }, _, { status }) => ({
    ...describe(user),
    description: '',
    changes: status === 'locked out' ? changedFields({ status }, { status: 'active' }) : {},
  }),
})

/** Locks a user out until an administrator unlocks them. */
export const lockUser = act({
  name: 'user_lock',
  permits: ['users.edit'],
  do: async ({ db }, { user }: OneUser) => {
    const users = new Users()
    const { status } = await users.require(user, db)
    await users.update(user.userId, { status: 'locked out' }, db)
    return { before: status }
  },
  log: ({ user }, { before }) => ({
    ...describe(user),
    description: '',
    changes: changedFields({ status: before }, { status: 'locked out' }),
  }),
})

/** Deletes a user with all phones for good, without the trash; tokens become unassigned. */
export const deleteUser = act({
  name: 'user_delete',
  permits: ['users.create'],
  do: async ({ db }, { user }: OneUser) => {
    if (!(await new Users().remove(user.userId, db))) throw userGone(user.username)
  },
  log: ({ user }) => {
    const { username, realname, email, status } = user
    return {
      ...describe(user),
      description: '',
      changes: removedFields({ username, realname, email, status }),
    }
  },
})

function describe({ userId, username }: User) {
  return { object: username, objectKind: 'user', objectId: userId } as const
}

/**
 * Whether a change unlocks a user: any other status does, if they are locked out now. Nobody can lock them
 * between this and the change.
 */
async function isUnlock({ user, change }: UserEdit, db: StoreDb): Promise<boolean> {
  if (change.status === undefined || change.status === 'locked out') return false
  const users = new Users()
  await users.hold(user.userId, db)
  return (await users.byId(user.userId, db))?.status === 'locked out'
}

function bypassPermit(status: User['status'] | undefined): readonly 'users.bypass'[] {
  return status === 'bypass' ? ['users.bypass'] : []
}

async function newBypass(
  status: User['status'] | undefined,
  until: number | null | undefined,
  { now, actor, db }: ActContext,
): Promise<{ readonly bypass?: Bypass }> {
  if (status !== 'bypass') return {}
  const hours = until === undefined ? await readStoredSetting('bypass_hours', db) : 0
  return {
    bypass: { since: now, until: until === undefined ? now + hours * hourMs : until, by: actor },
  }
}
