import { type RawBuilder, sql } from 'kysely'
import { findDialect } from '../store/dialect.ts'
import type { StoreDb } from '../store/store.ts'
import type { KeptStatus } from './user.ts'
import { usersWithWord } from './user_words.ts'
import { searchTerms } from './username/search_words.ts'

/** Which users a list contains. */
export interface UserFilter {
  /** Words with which parts of the user's names or mail address begin. */
  readonly search?: string | undefined
  /** Of users outside the trash. */
  readonly status?: KeptStatus | undefined
  /** Whether the user has a device. */
  readonly enrolled?: boolean | undefined
  /** Only users in bypass whose bypass has no end. */
  readonly bypassWithoutEnd?: boolean | undefined
  /** Only users whose last sign-in was before this time, or who never signed in. */
  readonly inactiveSince?: number | undefined
  /** The users in the trash, in place of the others; `any` for both. */
  readonly trash?: 'only' | 'any' | undefined
  /** Only users with status `locked out`, or among these `user_id`s. */
  readonly lockedAmong?: RawBuilder<unknown> | undefined
  /** Only users among all of these sets of `user_id`s, from the owners of other tables. */
  readonly among?: readonly RawBuilder<unknown>[] | undefined
}

/** Selects exactly these users, in the trash or not. */
export function usersOf(userIds: readonly string[]): UserFilter {
  const members = sql`select user_id from users where user_id in (${sql.join([...userIds])})`
  return { trash: 'any', among: [members] }
}

/** A condition of a filter in the forms that suit different plans. */
interface Condition {
  /** The users that meet it: `user_id`s. */
  readonly members: RawBuilder<unknown>
  /** Whether a user meets it, in a form that an index finds. */
  readonly found: RawBuilder<boolean>
  /** Whether a user meets it, in a form that is tested for users that were found otherwise. */
  readonly tested: RawBuilder<boolean>
}

/** Users that a list may collect and sort; with more, it is faster to test users in the list's order. */
const maxCollected = 10_000

/** The users that match a filter, for counts. */
export function filteredUsers(filter: UserFilter, db: StoreDb) {
  const { trash } = filter
  let query = db.selectFrom('users')
  if (trash !== 'any') query = query.where('trashed', trash === 'only' ? 'is not' : 'is', null)
  for (const { found } of conditions(filter, '', db)) query = query.where(found)
  return query
}

/**
 * The users that match a filter, for a sorted page. A planner can't know which is less work: to collect the
 * users that meet a condition and sort them, or to test users in the order of the list until the page is
 * full. A bounded count of each condition decides.
 *
 * @param by What the page is sorted by.
 * @returns `isCollected`: sort without an index.
 */
export async function sortedUsers(filter: UserFilter, by: string, db: StoreDb) {
  const { trash } = filter
  const all = conditions(filter, by, db)
  if (trash === 'only') all.push(ofColumns(sql`users.trashed is not null`, db))
  const smallest = all[await findSmallest(all, db)]
  let query = db.selectFrom('users')
  if (trash === undefined) query = query.where('trashed', 'is', null)
  for (const condition of all) {
    query = query.where(condition === smallest ? condition.found : condition.tested)
  }
  return { query, isCollected: smallest !== undefined }
}

/** @returns The index of the condition with the fewest users; -1 if all have more than are collected. */
async function findSmallest(all: readonly Condition[], db: StoreDb): Promise<number> {
  if (all.length === 0) return -1
  const counts = all.map(
    ({ members }, index) =>
      sql`(select count(*) from (select 1 from (${members}) as met limit ${sql.lit(maxCollected)}) as bounded) as ${sql.ref(`count_${index}`)}`,
  )
  const { rows } = await sql<Record<string, number>>`select ${sql.join(counts)}`.execute(db)
  const found = all.map((_, index) => Number(rows[0]?.[`count_${index}`]))
  const fewest = Math.min(...found)
  return fewest < maxCollected ? found.indexOf(fewest) : -1
}

function conditions(filter: UserFilter, by: string, db: StoreDb): Condition[] {
  const { search, status, enrolled, inactiveSince, lockedAmong, among = [] } = filter
  const all: Condition[] = []
  if (search !== undefined)
    all.push(...searchTerms(search).map((term) => ofMembers(usersWithWord(term))))
  for (const members of among) all.push(ofMembers(members))
  if (lockedAmong !== undefined) {
    all.push(
      ofMembers(sql`select user_id from users where status = 'locked out' union ${lockedAmong}`),
    )
  }
  if (status !== undefined) all.push(ofColumns(sql`users.status = ${status}`, db))
  if (filter.bypassWithoutEnd === true) {
    all.push(ofColumns(sql`users.status = 'bypass'`, db))
    all.push(ofColumns(sql`users.bypass_until is null`, db))
  }
  if (enrolled !== undefined) {
    all.push(ofColumns(enrolled ? sql`users.devices > 0` : sql`users.devices = 0`, db))
  }
  if (inactiveSince !== undefined) {
    const condition = sql`coalesce(users.last_login, 0) < ${inactiveSince}`
    const { tested, ...others } = ofColumns(condition, db)
    // the index of the list's order begins at the first of them
    all.push({ ...others, tested: by === 'lastLogin' ? others.found : tested })
  }
  return all
}

/** A condition on columns of `users`. */
function ofColumns(condition: RawBuilder<unknown>, db: StoreDb): Condition {
  return {
    members: sql`select user_id from users where ${condition}`,
    found: sql<boolean>`${condition}`,
    // SQLite has no statistics of values, and would collect and sort all users with this one
    tested:
      findDialect(db) === 'sqlite' ? sql<boolean>`+(${condition})` : sql<boolean>`${condition}`,
  }
}

function ofMembers(members: RawBuilder<unknown>): Condition {
  return {
    members,
    found: sql<boolean>`users.user_id in (${members})`,
    tested: sql<boolean>`exists (select 1 from (${members}) as met where met.user_id = users.user_id)`,
  }
}
