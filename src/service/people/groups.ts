import { sql } from 'kysely'
import { newIdentifier } from '../store/identifier.ts'
import {
  contains,
  lowerCase,
  type Page,
  type PageRequest,
  readPage,
  searchText,
} from '../store/keyset.ts'
import { prepared } from '../store/prepared.ts'
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

const groupsOfUser = prepared((db, user: { readonly userId: string }) =>
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

  async ofUser(userId: string, db: StoreDb): Promise<Group[]> {
    return (await groupsOfUser(db, { userId })).map(toGroup)
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
      throw new DirectoryError('DIRECTORY_NAME_TAKEN', `there is a group '${name}' already`)
    }
    return { groupId, name, status, description }
  }

  async setStatus(groupId: string, status: GroupStatus, db: StoreDb): Promise<void> {
    await db.updateTable('groups').set({ status }).where('group_id', '=', groupId).execute()
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

  async remove(groupId: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('groups').where('group_id', '=', groupId).execute()
  }
}

function filtered({ search }: GroupFilter, db: StoreDb) {
  const query = db.selectFrom('groups')
  return search === undefined
    ? query
    : query.where(contains(lowerCase(db, 'groups.name'), searchText(search)))
}

function toGroup(row: {
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
