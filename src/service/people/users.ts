import { lookupName, type UsernameNormalization } from '../../duo/index.ts'
import { newIdentifier } from '../store/identifier.ts'
import { prepared } from '../store/prepared.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { DirectoryError, type User, type UserStatus, userStatuses } from './user.ts'
import { addName, checkedName } from './user_names.ts'

const maxAliases = 8

export interface NewUser {
  readonly username: string
  readonly realname?: string
  readonly email?: string
  readonly aliases?: readonly string[]
  readonly status?: UserStatus
}

/** Stores the users, found by name, alias or identifier. */
export class Users {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** The user with that name or alias. */
  async byName(
    username: string,
    normalization: UsernameNormalization = 'none',
    db: StoreDb = this.#store.db,
  ): Promise<User | undefined> {
    const exact = await this.#named(lookupName(username, 'none'), db)
    if (exact !== undefined || normalization === 'none') return exact
    const simple = lookupName(username, 'simple')
    return simple === lookupName(username, 'none') ? undefined : await this.#named(simple, db)
  }

  async byId(userId: string, db: StoreDb = this.#store.db): Promise<User | undefined> {
    const row = await db
      .selectFrom('users')
      .selectAll()
      .where('user_id', '=', userId)
      .executeTakeFirst()
    if (row === undefined) return undefined
    return toUser(row, await this.#aliases(userId, db))
  }

  /** All users, by name. */
  async list(db: StoreDb = this.#store.db): Promise<User[]> {
    const rows = await db.selectFrom('users').selectAll().orderBy('username').execute()
    const names = await db
      .selectFrom('user_names')
      .selectAll()
      .where('position', '>', 0)
      .orderBy('position')
      .execute()
    return rows.map((row) =>
      toUser(
        row,
        names.filter(({ user_id }) => user_id === row.user_id).map(({ written }) => written),
      ),
    )
  }

  /**
   * @throws {DirectoryError} `DIRECTORY_NAME_TAKEN` or `DIRECTORY_LOOK_ALIKE` where another user has one
   *   of the names, or one that looks like it; `DIRECTORY_NAME`.
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
    await this.setAliases(userId, aliases, db)
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
      return
    }
    const username = checkedName(written)
    await db
      .deleteFrom('user_names')
      .where('user_id', '=', userId)
      .where('position', '=', 0)
      .execute()
    await addName(userId, username, 0, db)
    const set = { ...others, username }
    await db.updateTable('users').set(set).where('user_id', '=', userId).execute()
  }

  /** Replaces the aliases of a user: eight at most, none of them another user's. */
  async setAliases(userId: string, aliases: readonly string[], db: StoreDb): Promise<void> {
    if (aliases.length > maxAliases) {
      throw new DirectoryError('DIRECTORY_TOO_MANY', `a user has ${maxAliases} aliases at most`)
    }
    await db
      .deleteFrom('user_names')
      .where('user_id', '=', userId)
      .where('position', '>', 0)
      .execute()
    for (const [index, alias] of aliases.entries()) {
      await addName(userId, checkedName(alias), index + 1, db)
    }
  }

  /** Locks the user until the transaction ends: other changes of the user's devices wait. */
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
