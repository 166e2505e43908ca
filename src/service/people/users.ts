import { type RawBuilder, sql } from 'kysely'
import { lookupName, type UsernameNormalization } from '../../duo/index.ts'
import { newIdentifier } from '../store/identifier.ts'
import { lowerCase, type Page, type PageRequest, readPage } from '../store/keyset.ts'
import { prepared } from '../store/prepared.ts'
import type { StoreDb } from '../store/store.ts'
import { DirectoryError, type User, type UserStatus, userStatuses } from './user.ts'
import { addName, checkedName } from './user_names.ts'
import { matchesWords, updateWords } from './user_words.ts'

const maxAliases = 8

export interface NewUser {
  readonly username: string
  readonly realname?: string
  readonly email?: string
  readonly aliases?: readonly string[]
  readonly status?: UserStatus
}

export const userSortKeys = ['username', 'realname', 'email', 'created', 'lastLogin'] as const
/** By `lastLogin`, users who never signed in come first. */
export type UserSortKey = (typeof userSortKeys)[number]

export interface UserFilter {
  /** Words with which parts of the user's names or mail address begin. */
  readonly search?: string | undefined
  readonly status?: UserStatus | undefined
}

/** Stores the users, found by name, alias or identifier. */
export class Users {
  /** The user with that name or alias. */
  async byName(username: string, db: StoreDb): Promise<User | undefined> {
    return await this.#named(lookupName(username, 'none'), db)
  }

  /** The user with that name or alias; else, if the application allows it, with its normalized form. */
  async byLoginName(
    username: string,
    normalization: UsernameNormalization,
    db: StoreDb,
  ): Promise<User | undefined> {
    const exact = await this.byName(username, db)
    if (exact !== undefined || normalization === 'none') return exact
    const simple = lookupName(username, 'simple')
    return simple === lookupName(username, 'none') ? undefined : await this.#named(simple, db)
  }

  async byId(userId: string, db: StoreDb): Promise<User | undefined> {
    const row = await db
      .selectFrom('users')
      .selectAll()
      .where('user_id', '=', userId)
      .executeTakeFirst()
    if (row === undefined) return undefined
    return toUser(row, await this.#aliases(userId, db))
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
    const keyset = {
      name: `users ${name}`,
      by: userOrder(name, db),
      key: sql.ref<string>('users.user_id'),
      descending,
    }
    const { items, next } = await readPage(
      filtered(request, db).selectAll('users'),
      keyset,
      request,
    )
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
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /**
   * @throws {DirectoryError} `DIRECTORY_NAME_TAKEN` or `DIRECTORY_LOOK_ALIKE` if another user has one of
   *   the names, or one that looks like it; `DIRECTORY_NAME`.
   */
  async create(user: NewUser, now: number, db: StoreDb): Promise<User> {
    const userId = newIdentifier('DU')
    const username = checkedName(user.username)
    const status = user.status ?? 'active'
    await db
      .insertInto('users')
      .values({
        user_id: userId,
        username,
        realname: user.realname ?? '',
        email: user.email ?? '',
        status,
        created: now,
        last_login: null,
      })
      .execute()
    await addName(userId, username, 0, db)
    const aliases = user.aliases ?? []
    await writeAliases(userId, aliases, db)
    return {
      userId,
      username,
      aliases,
      realname: user.realname ?? '',
      email: user.email ?? '',
      status,
      created: now,
      lastLogin: null,
    }
  }

  async update(
    userId: string,
    change: Partial<Pick<User, 'username' | 'realname' | 'email' | 'status'>>,
    db: StoreDb,
  ): Promise<void> {
    if (Object.keys(change).length === 0) return
    const { username: written, ...others } = change
    if (written === undefined) {
      await db.updateTable('users').set(others).where('user_id', '=', userId).execute()
      if (others.realname !== undefined || others.email !== undefined) await updateWords(userId, db)
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

  /** Replaces the aliases of a user: eight at most, none of them another user's. */
  async setAliases(userId: string, aliases: readonly string[], db: StoreDb): Promise<void> {
    await this.hold(userId, db)
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
      .set({ status: 'active' })
      .where('user_id', '=', userId)
      .where('status', '=', 'locked out')
      .execute()
  }

  /** Locks the user until the transaction ends: other changes of their names and devices wait. */
  async hold(userId: string, db: StoreDb): Promise<void> {
    await db
      .updateTable('users')
      .set((set) => ({ status: set.ref('status') }))
      .where('user_id', '=', userId)
      .execute()
  }

  async signedIn(userId: string, now: number, db: StoreDb): Promise<void> {
    await signedIn(db, { userId, now })
  }

  async remove(userId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('users').where('user_id', '=', userId).execute()
  }

  async #named(name: string, db: StoreDb): Promise<User | undefined> {
    // PostgreSQL rejects NUL in text with an error
    if (name.includes('\0')) return undefined
    const [row] = await userNamed(db, { name })
    return row === undefined ? undefined : toUser(row, await this.#aliases(row.user_id, db))
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

function filtered({ search, status }: UserFilter, db: StoreDb) {
  let query = db.selectFrom('users')
  if (search !== undefined) query = query.where(matchesWords(search))
  if (status !== undefined) query = query.where('status', '=', status)
  return query
}

function userOrder(by: UserSortKey, db: StoreDb): RawBuilder<string | number> {
  switch (by) {
    case 'created':
      return sql.ref<number>('users.created')
    case 'lastLogin':
      return sql<number>`coalesce(users.last_login, 0)`
    default:
      return lowerCase(db, `users.${by}`)
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

const userNamed = prepared((db, user: { readonly name: string }) =>
  db
    .selectFrom('user_names')
    .innerJoin('users', 'users.user_id', 'user_names.user_id')
    .selectAll('users')
    .where('user_names.name', '=', user.name),
)

const aliasesOfUser = prepared((db, user: { readonly userId: string }) =>
  db
    .selectFrom('user_names')
    .select('written')
    .where('user_id', '=', user.userId)
    .where('position', '>', 0)
    .orderBy('position'),
)

const signedIn = prepared((db, user: { readonly userId: string; readonly now: number }) =>
  db.updateTable('users').set({ last_login: user.now }).where('user_id', '=', user.userId),
)

interface UserRow {
  readonly user_id: string
  readonly username: string
  readonly realname: string
  readonly email: string
  readonly status: string
  readonly created: number
  readonly last_login: number | null
}

function toUser(row: UserRow, aliases: readonly string[]): User {
  return {
    userId: row.user_id,
    username: row.username,
    aliases,
    realname: row.realname,
    email: row.email,
    // an unknown status in the database must not let anyone in
    status: userStatuses.find((status) => status === row.status) ?? 'disabled',
    created: row.created,
    lastLogin: row.last_login,
  }
}
