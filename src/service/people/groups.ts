import { type RawBuilder, type Selectable, sql } from 'kysely'
import { newIdentifier } from '../store/identifier.ts'
import {
  contains,
  lowerCase,
  type Page,
  type PageRequest,
  readPage,
  searchText,
} from '../store/keyset.ts'
import { type Bound, prepared } from '../store/prepared.ts'
import type { Schema } from '../store/schema.ts'
import { isUniqueViolation, type StoreDb } from '../store/store.ts'
import { DirectoryError } from './user.ts'

/** Applies to all members, and takes precedence over their own status. */
export const groupStatuses = ['active', 'bypass', 'disabled'] as const
export type GroupStatus = (typeof groupStatuses)[number]

export interface Group {
  /** `DG…` */
  readonly groupId: string
  readonly name: string
  readonly status: GroupStatus
  readonly description: string
}

export type GroupRow = Selectable<Schema['groups']>

export const groupsOfUser = prepared((db, user: { readonly userId: Bound<string> }) =>
  db
    .selectFrom('group_members')
    .innerJoin('groups', 'groups.group_id', 'group_members.group_id')
    .selectAll('groups')
    .where('group_members.user_id', '=', user.userId)
    .orderBy('groups.name'),
)

export interface GroupFilter {
  /** A part of the name. */
  readonly search?: string | undefined
}

export class Groups {
  /** A page of groups, by name. */
  async page(request: PageRequest<'name'> & GroupFilter, db: StoreDb): Promise<Page<Group>> {
    const keyset = {
      name: 'groups name',
      by: lowerCase(db, 'groups.name'),
      key: sql.ref<string>('groups.group_id'),
      descending: request.sort?.descending ?? false,
    }
    const { items, next } = await readPage(filtered(request, db).selectAll(), keyset, request)
    return { items: items.map(toGroup), next }
  }

  /** How many groups there are on all pages. */
  async total(filter: GroupFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  async byName(name: string, db: StoreDb): Promise<Group | undefined> {
    const row = await db
      .selectFrom('groups')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst()
    return row === undefined ? undefined : toGroup(row)
  }

  async byId(groupId: string, db: StoreDb): Promise<Group | undefined> {
    const row = await db
      .selectFrom('groups')
      .selectAll()
      .where('group_id', '=', groupId)
      .executeTakeFirst()
    return row === undefined ? undefined : toGroup(row)
  }

  /** Those of these groups that exist, by name. */
  async byIds(groupIds: readonly string[], db: StoreDb): Promise<Group[]> {
    if (groupIds.length === 0) return []
    const rows = await db
      .selectFrom('groups')
      .selectAll()
      .where('group_id', 'in', groupIds)
      .orderBy('name')
      .execute()
    return rows.map(toGroup)
  }

  async ofUser(userId: string, db: StoreDb): Promise<Group[]> {
    return (await groupsOfUser(db, { userId })).map(toGroup)
  }

  /** The groups of each of these users, by name; users without groups are absent. */
  async ofUsers(
    userIds: readonly string[],
    db: StoreDb,
  ): Promise<ReadonlyMap<string, readonly Group[]>> {
    if (userIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('group_members')
      .innerJoin('groups', 'groups.group_id', 'group_members.group_id')
      .selectAll('groups')
      .select('group_members.user_id')
      .where('group_members.user_id', 'in', userIds)
      .orderBy('groups.name')
      .execute()
    const byUser = Map.groupBy(rows, ({ user_id }) => user_id)
    return new Map([...byUser].map(([userId, own]) => [userId, own.map(toGroup)]))
  }

  /** A page of the members of a group, by their identifiers. */
  async members(
    groupId: string,
    { limit, offset }: { readonly limit: number; readonly offset: number },
    db: StoreDb,
  ): Promise<{ readonly userId: string; readonly username: string }[]> {
    return await db
      .selectFrom('group_members')
      .innerJoin('users', 'users.user_id', 'group_members.user_id')
      .select(['users.user_id as userId', 'users.username'])
      .where('group_members.group_id', '=', groupId)
      .orderBy('group_members.user_id')
      .limit(limit)
      .offset(offset)
      .execute()
  }

  async memberCount(groupId: string, db: StoreDb): Promise<number> {
    const { count } = await db
      .selectFrom('group_members')
      .select((select) => select.fn.countAll().as('count'))
      .where('group_id', '=', groupId)
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** How many members each of these groups has; empty groups are absent. */
  async memberCounts(
    groupIds: readonly string[],
    db: StoreDb,
  ): Promise<ReadonlyMap<string, number>> {
    if (groupIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('group_members')
      .select('group_id')
      .select((select) => select.fn.countAll().as('count'))
      .where('group_id', 'in', groupIds)
      .groupBy('group_id')
      .execute()
    return new Map(rows.map(({ group_id, count }) => [group_id, Number(count)]))
  }

  /** @throws {DirectoryError} `DIRECTORY_NAME_TAKEN` */
  async create(
    name: string,
    status: GroupStatus,
    description: string,
    db: StoreDb,
  ): Promise<Group> {
    const groupId = newIdentifier('DG')
    try {
      await db
        .insertInto('groups')
        .values({ group_id: groupId, name, status, description })
        .execute()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw nameTaken(name)
    }
    return { groupId, name, status, description }
  }

  /** @throws {DirectoryError} `DIRECTORY_NAME_TAKEN`, `DIRECTORY_NOT_FOUND` */
  async update(
    groupId: string,
    change: Partial<Pick<Group, 'name' | 'status' | 'description'>>,
    db: StoreDb,
  ): Promise<void> {
    if (Object.keys(change).length === 0) return
    try {
      const { numUpdatedRows } = await db
        .updateTable('groups')
        .set(change)
        .where('group_id', '=', groupId)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw groupGone()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw nameTaken(change.name ?? '')
    }
  }

  /** Locks a group until the transaction ends. @throws {DirectoryError} `DIRECTORY_NOT_FOUND` */
  async require(groupId: string, db: StoreDb): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable('groups')
      .set((set) => ({ status: set.ref('status') }))
      .where('group_id', '=', groupId)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw groupGone()
  }

  async addMember(groupId: string, userId: string, db: StoreDb): Promise<void> {
    await db
      .insertInto('group_members')
      .values({ group_id: groupId, user_id: userId })
      .onConflict((conflict) => conflict.columns(['user_id', 'group_id']).doNothing())
      .execute()
  }

  async removeMember(groupId: string, userId: string, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('group_members')
      .where('group_id', '=', groupId)
      .where('user_id', '=', userId)
      .execute()
  }

  /** @throws {DirectoryError} `DIRECTORY_NOT_FOUND` */
  async remove(groupId: string, db: StoreDb): Promise<void> {
    const { numDeletedRows } = await db
      .deleteFrom('groups')
      .where('group_id', '=', groupId)
      .executeTakeFirst()
    if (numDeletedRows === 0n) throw groupGone()
  }
}

function groupGone(): DirectoryError {
  return new DirectoryError(
    'DIRECTORY_NOT_FOUND',
    'the group does not exist any more; reload the list',
  )
}

function nameTaken(name: string): DirectoryError {
  return new DirectoryError('DIRECTORY_NAME_TAKEN', `there is a group '${name}' already`)
}

/** The members of any of these groups: `user_id`s. */
export function membersOfAny(groupIds: readonly string[]): RawBuilder<unknown> {
  const listed = sql.join(groupIds.length === 0 ? [''] : groupIds)
  return sql`select user_id from group_members where group_id in (${listed})`
}

/** The members of a group: `user_id`s. */
export function membersOf(groupId: string): RawBuilder<unknown> {
  return sql`select user_id from group_members where group_id = ${groupId}`
}

function filtered({ search }: GroupFilter, db: StoreDb) {
  const query = db.selectFrom('groups')
  return search === undefined
    ? query
    : query.where(contains(lowerCase(db, 'groups.name'), searchText(search)))
}

export function toGroup(row: {
  readonly group_id: string
  readonly name: string
  readonly status: string
  readonly description: string
}): Group {
  return {
    groupId: row.group_id,
    name: row.name,
    status: groupStatuses.find((status) => status === row.status) ?? 'disabled',
    description: row.description,
  }
}
