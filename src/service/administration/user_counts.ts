import type { Clock } from '../../host/clock.ts'
import { Users } from '../people/users.ts'
import type { StoreDb } from '../store/store.ts'
import { toUserFilter, type UserListFilterName, userListFilters } from './user_list_filter.ts'

/** How many users there are outside the trash, and how many each filter finds. */
export type UserCounts = Readonly<Record<UserListFilterName | 'total', number>>

const keptMs = 5_000

/** Counts users for the tiles of the list; an answer is kept for five seconds. */
export class UserTiles {
  readonly #db: StoreDb
  readonly #clock: Clock
  #counted: { readonly at: number; readonly counts: Promise<UserCounts> } | undefined

  constructor(db: StoreDb, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  async counts(): Promise<UserCounts> {
    const now = this.#clock.now()
    const before = this.#counted
    if (before !== undefined && Math.abs(now - before.at) < keptMs) return await before.counts
    const counts = countUsers(this.#db, now)
    this.#counted = { at: now, counts }
    counts.catch(() => {
      this.#counted = undefined
    })
    return await counts
  }
}

async function countUsers(db: StoreDb, now: number): Promise<UserCounts> {
  const users = new Users()
  const entries: [string, number][] = [['total', await users.total({}, db)]]
  for (const filter of userListFilters) {
    entries.push([filter, await users.total(toUserFilter({ filter }, now), db)])
  }
  return Object.fromEntries(entries) as UserCounts
}
