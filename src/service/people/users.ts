import { type RawBuilder, sql } from 'kysely'
import type { UsernameNormalization } from '../../duo/index.ts'
import { newIdentifier } from '../store/identifier.ts'
import { lowerCase, type Page, type PageRequest, readPage, searchText } from '../store/keyset.ts'
import type { StoreDb } from '../store/store.ts'
import { aliasesOfUser, loginNames, signedIn, userOfId, userOfName } from './login_statements.ts'
import { type Bypass, DirectoryError, type KeptStatus, type User } from './user.ts'
import { fieldColumns, type UserFields } from './user_fields.ts'
import { filteredUsers, sortedUsers, type UserFilter } from './user_filter.ts'
import { addName, checkedName } from './user_names.ts'
import { statusColumns, toUser, type UserRow } from './user_row.ts'
import { updateWords } from './user_words.ts'

const maxAliases = 8
const maxByEmail = 100
/** Minimum time between two notes of a last login. */
export const lastLoginMs = 60_000

export interface NewUser {
  readonly username: string
  readonly realname?: string
  readonly email?: string
  readonly firstname?: string
  readonly lastname?: string
  readonly notes?: string
  readonly externalId?: string | null
  readonly aliases?: readonly string[]
  readonly status?: KeptStatus
  /** Only with status `bypass`; without it, the bypass has no end. */
  readonly bypass?: Bypass
}

/** How many users a filter selects, and which of them matter to a change. */
export interface SelectionCounts {
  readonly users: number
  /** With a device. */
  readonly enrolled: number
  readonly devices: number
  /** Signed in recently. */
  readonly recent: number
  /** With neither a device nor a mail address. */
  readonly unreachable: number
}

export const userSortKeys = ['username', 'realname', 'email', 'created', 'lastLogin'] as const
/** By `lastLogin`, users who never signed in come first. */
export type UserSortKey = (typeof userSortKeys)[number]

/** Stores the users, found by name, alias or identifier. */
export class Users {
  /** The user with that name or alias. */
  async byName(username: string, db: StoreDb): Promise<User | undefined> {
    return await this.byLoginName(username, 'none', db)
  }

  /** The user with that name or alias; else, if the application allows it, with its normalized form. */
  async byLoginName(
    username: string,
    normalization: UsernameNormalization,
    db: StoreDb,
  ): Promise<User | undefined> {
    const [row] = await userOfName(db, loginNames(username, normalization))
    return row === undefined ? undefined : toUser(row, await this.#aliases(row.user_id, db))
  }

  async byId(userId: string, db: StoreDb): Promise<User | undefined> {
    const [row] = await userOfId(db, { userId })
    return row === undefined ? undefined : toUser(row, await this.#aliases(userId, db))
  }

  /** Those of these users that exist, by identifier. */
  async byIds(userIds: readonly string[], db: StoreDb): Promise<ReadonlyMap<string, User>> {
    if (userIds.length === 0) return new Map()
    const rows = await db.selectFrom('users').selectAll().where('user_id', 'in', userIds).execute()
    return await this.#withAliases(rows, db)
  }

  /** Users with a mail address, in any case. */
  async byEmail(email: string, db: StoreDb): Promise<readonly User[]> {
    const rows = await db
      .selectFrom('users')
      .selectAll()
      .where(lowerCase(db, 'email'), '=', searchText(email))
      .orderBy('user_id')
      .limit(maxByEmail)
      .execute()
    return [...(await this.#withAliases(rows, db)).values()]
  }

  /** All users, by name. */
  async list(db: StoreDb): Promise<User[]> {
    const rows = await db.selectFrom('users').selectAll().orderBy('username').execute()
    const names = await db
      .selectFrom('user_names')
      .select(['user_id', 'written'])
      .where('position', '>', 0)
      .orderBy('position')
      .execute()
    const aliases = byUser(names)
    return rows.map((row) => toUser(row, aliases.get(row.user_id) ?? []))
  }

  /** A page of users. */
  async page(request: PageRequest<UserSortKey> & UserFilter, db: StoreDb): Promise<Page<User>> {
    const { by: name, descending = false } = request.sort ?? { by: 'username' }
    const { query, isCollected } = await sortedUsers(request, name, db)
    const keyset = {
      name: `users ${name}`,
      by: userOrder(name, isCollected, db),
      key: sql.ref<string>('users.user_id'),
      descending,
    }
    const { items, next } = await readPage(query.selectAll('users'), keyset, request)
    const aliases = await aliasesByUser(
      items.map(({ user_id }) => user_id),
      db,
    )
    return { items: items.map((row) => toUser(row, aliases.get(row.user_id) ?? [])), next }
  }

  /** The user names of these users. */
  async usernames(userIds: readonly string[], db: StoreDb): Promise<ReadonlyMap<string, string>> {
    if (userIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('users')
      .select(['user_id', 'username'])
      .where('user_id', 'in', userIds)
      .execute()
    return new Map(rows.map(({ user_id, username }) => [user_id, username]))
  }

  /** How many users there are on all pages. */
  async total(filter: UserFilter, db: StoreDb): Promise<number> {
    const count = async (trash: UserFilter['trash']): Promise<number> => {
      const { users } = await filteredUsers({ ...filter, trash }, db)
        .select((select) => select.fn.countAll().as('users'))
        .executeTakeFirstOrThrow()
      return Number(users)
    }
    if (filter.trash !== undefined) return await count(filter.trash)
    // an index counts each of both; to count those that are not in the trash, each user would be read
    return (await count('any')) - (await count('only'))
  }

  /** What an administrator sees before a change of many users. @param since Of recent sign-ins. */
  async counts(filter: UserFilter, since: number, db: StoreDb): Promise<SelectionCounts> {
    const count = (condition: RawBuilder<boolean>) =>
      sql<number>`coalesce(sum(case when ${condition} then 1 else 0 end), 0)`
    const row = await filteredUsers(filter, db)
      .select((select) => [
        select.fn.countAll().as('users'),
        count(sql`devices > 0`).as('enrolled'),
        sql<number>`coalesce(sum(devices), 0)`.as('devices'),
        count(sql`last_login >= ${since}`).as('recent'),
        count(sql`devices = 0 and email = ''`).as('unreachable'),
      ])
      .executeTakeFirstOrThrow()
    return {
      users: Number(row.users),
      enrolled: Number(row.enrolled),
      devices: Number(row.devices),
      recent: Number(row.recent),
      unreachable: Number(row.unreachable),
    }
  }

  /**
   * @throws {DirectoryError} `DIRECTORY_NAME_TAKEN` or `DIRECTORY_LOOK_ALIKE` if another user has one of
   *   the names, or one that looks like it; `DIRECTORY_NAME`.
   */
  async create(user: NewUser, now: number, db: StoreDb): Promise<User> {
    const userId = newIdentifier('DU')
    const username = checkedName(user.username)
    const { status = 'active', bypass, aliases = [] } = user
    const row = {
      ...fieldColumns({
        realname: user.realname ?? '',
        email: user.email ?? '',
        firstname: user.firstname ?? '',
        lastname: user.lastname ?? '',
        notes: user.notes ?? '',
        externalId: user.externalId ?? null,
      }),
      ...statusColumns(status, bypass),
      user_id: userId,
      username,
      created: now,
      last_login: null,
    }
    const created = await db
      .insertInto('users')
      .values({ ...row, realname: row.realname ?? '', email: row.email ?? '' })
      .returningAll()
      .executeTakeFirstOrThrow()
    await addName(userId, username, 0, db)
    await writeAliases(userId, aliases, db)
    return toUser(created, aliases)
  }

  /** @throws {DirectoryError} `DIRECTORY_FIELD`, and those of a new name. */
  async update(userId: string, change: UserFields, db: StoreDb): Promise<void> {
    const { username: written, status, bypass, ...fields } = change
    const others = {
      ...fieldColumns(fields),
      ...(status === undefined ? {} : statusColumns(status, bypass)),
    }
    if (written === undefined) {
      if (Object.keys(others).length === 0) return
      await db.updateTable('users').set(others).where('user_id', '=', userId).execute()
      if (searched.some((name) => others[name] !== undefined)) await updateWords(userId, db)
      return
    }
    const username = checkedName(written)
    await this.hold(userId, db)
    await db
      .deleteFrom('user_names')
      .where('user_id', '=', userId)
      .where('position', '=', 0)
      .execute()
    await addName(userId, username, 0, db)
    const set = { ...others, username }
    await db.updateTable('users').set(set).where('user_id', '=', userId).execute()
    await updateWords(userId, db)
  }

  /**
   * Replaces the aliases of a user: eight at most, none of them another user's.
   *
   * @throws {DirectoryError} `DIRECTORY_NOT_FOUND`, `DIRECTORY_TOO_MANY`, and those of a new name.
   */
  async setAliases(userId: string, aliases: readonly string[], db: StoreDb): Promise<void> {
    if (!(await this.hold(userId, db))) throw userGone(userId)
    await db
      .deleteFrom('user_names')
      .where('user_id', '=', userId)
      .where('position', '>', 0)
      .execute()
    await writeAliases(userId, aliases, db)
  }

  /** Makes a user active who is locked out; another status stays. */
  async unlock(userId: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('users')
      .set(statusColumns('active', undefined))
      .where('user_id', '=', userId)
      .where('status', '=', 'locked out')
      .execute()
  }

  /**
   * Locks the user until the transaction ends: other changes of their names and devices wait.
   *
   * @returns Whether the user exists.
   */
  async hold(userId: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('users')
      .set((set) => ({ status: set.ref('status') }))
      .where('user_id', '=', userId)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /**
   * Locks a user before a change.
   *
   * @returns The user as they are now.
   * @throws {DirectoryError} `DIRECTORY_NOT_FOUND`, or `DIRECTORY_STATUS` if the user is in the trash.
   */
  async require(
    { userId, username }: Pick<User, 'userId' | 'username'>,
    db: StoreDb,
  ): Promise<User> {
    const user = (await this.hold(userId, db)) ? await this.byId(userId, db) : undefined
    if (user === undefined) throw userGone(username)
    if (user.trashed === null) return user
    throw new DirectoryError(
      'DIRECTORY_STATUS',
      `the user '${username}' is in the trash; restore the user first`,
    )
  }

  /** Notes the time of a sign-in, at most once a minute: each note moves the user in the list by last login. */
  async signedIn(
    { userId, lastLogin = null }: { readonly userId: string; readonly lastLogin?: number | null },
    now: number,
    db: StoreDb,
  ): Promise<void> {
    const earliest = now - lastLoginMs
    if (lastLogin !== null && lastLogin >= earliest && lastLogin <= now) return
    await signedIn(db, { userId, now, earliest })
  }

  /** Deletes a user for good. @returns Whether the user existed. */
  async remove(userId: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('users')
      .where('user_id', '=', userId)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  async #withAliases(rows: readonly UserRow[], db: StoreDb): Promise<ReadonlyMap<string, User>> {
    const userIds = rows.map(({ user_id }) => user_id)
    const aliases = await aliasesByUser(userIds, db)
    return new Map(
      rows.map((row) => [row.user_id, toUser(row, aliases.get(row.user_id) ?? [])] as const),
    )
  }

  async #aliases(userId: string, db: StoreDb): Promise<string[]> {
    return (await aliasesOfUser(db, { userId })).map(({ written }) => written)
  }
}

/** Adds the aliases of a user who has none, and writes the user's words. */
async function writeAliases(
  userId: string,
  aliases: readonly string[],
  db: StoreDb,
): Promise<void> {
  if (aliases.length > maxAliases) {
    throw new DirectoryError('DIRECTORY_TOO_MANY', `a user has ${maxAliases} aliases at most`)
  }
  for (const [index, alias] of aliases.entries()) {
    await addName(userId, checkedName(alias), index + 1, db)
  }
  await updateWords(userId, db)
}

export function userGone(username: string): DirectoryError {
  return new DirectoryError(
    'DIRECTORY_NOT_FOUND',
    `the user '${username}' does not exist any more; reload the list`,
  )
}

/** Fields by whose words users are found. */
const searched = ['realname', 'email', 'firstname', 'lastname'] as const

/** @param isCollected Whether no index may give the order. */
function userOrder(
  by: UserSortKey,
  isCollected: boolean,
  db: StoreDb,
): RawBuilder<string | number> {
  const addZero = sql.raw(isCollected ? ' + 0' : '')
  switch (by) {
    case 'created':
      return sql<number>`users.created${addZero}`
    case 'lastLogin':
      return sql<number>`coalesce(users.last_login, 0)${addZero}`
    default:
      return isCollected
        ? sql<string>`${lowerCase(db, `users.${by}`)} || ''`
        : lowerCase(db, `users.${by}`)
  }
}

async function aliasesByUser(
  userIds: readonly string[],
  db: StoreDb,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (userIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('user_names')
    .select(['user_id', 'written'])
    .where('position', '>', 0)
    .where('user_id', 'in', userIds)
    .orderBy('position')
    .execute()
  return byUser(rows)
}

function byUser(
  names: readonly { readonly user_id: string; readonly written: string }[],
): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(names, ({ user_id }) => user_id)
  return new Map([...groups].map(([userId, own]) => [userId, own.map(({ written }) => written)]))
}
