import * as z from 'zod'
import { setAliases } from '../../../administration/acts/aliases.ts'
import { restoreUser, trashUser } from '../../../administration/acts/trash.ts'
import {
  createUser,
  deleteUser,
  lockUser,
  unlockUser,
  updateUser,
} from '../../../administration/acts/users.ts'
import type { Administration } from '../../../administration/administration.ts'
import type { Removal } from '../../../administration/removal.ts'
import type { UserTiles } from '../../../administration/user_counts.ts'
import { toUserFilter, userListFilters } from '../../../administration/user_list_filter.ts'
import { overviewsOf, userOverviews } from '../../../administration/user_overview.ts'
import type { User } from '../../../people/user.ts'
import { Users } from '../../../people/users.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery, readSort } from './list_query.ts'
import { type PeopleRoutes, present, requireName, requireUser } from './people_routes.ts'
import { userJson } from './user_json.ts'

const name = z.string().max(255)
const status = z.enum(['active', 'bypass', 'disabled'])
const fields = z.object({
  username: name.optional(),
  realname: name.optional(),
  firstname: name.optional(),
  lastname: name.optional(),
  email: name.optional(),
  notes: z.string().max(4096).optional(),
  status: status.optional(),
  /** Milliseconds since 1970; null for no end; without it, the setting applies. */
  bypass_until: z.number().int().nullable().optional(),
  aliases: z.array(name).max(8).optional(),
})

const userFilterQuery = z.object({
  q: z.string().max(200).optional(),
  filter: z.enum(userListFilters).optional(),
  /** The identifier of a group. */
  group: z.string().max(40).optional(),
})

const sortKeys = {
  username: 'username',
  realname: 'realname',
  email: 'email',
  created: 'created',
  last_login: 'lastLogin',
} as const

/**
 * Adds the routes of users. A user is what `userJson` returns.
 *
 * - `GET users?q&filter&group&sort&after&limit` → `{ items: [user], next }`; `filter` is one of
 *   `userListFilters`, `sort` is `username`, `realname`, `email`, `created` or `last_login`, with `-` for
 *   descending
 * - `GET users-counts` → `{ total, active, not_enrolled, pending, inactive, bypass, locked, disabled,
 *   trash }`: users at each filter; five seconds old at most
 * - `POST users` `{ username, realname?, firstname?, lastname?, email?, notes?, status?, bypass_until?,
 *   aliases? }` → user
 * - `GET users/:id` → user
 * - `PATCH users/:id` with the fields of `POST users` → user; `bypass_until` alone changes the end of a
 *   bypass
 * - `POST users/:id/lock` and `POST users/:id/unlock` → user
 * - `GET users/:id/removal` → `{ username, phones, push_phones, tokens_returned, passkeys, bypass_codes,
 *   groups: [name], sessions, log_rows, days }`: what a removal affects; `days` in the trash
 * - `POST users/:id/trash` `{ username }` → user; `username` confirms the removal
 * - `POST users/:id/restore` → user
 * - `DELETE users/:id` `{ username }` → `{ deleted: true }`, for good
 */
export function addUserRoutes(
  routes: AdminRoutes,
  { store, clock, failedLimit, trashDays }: PeopleRoutes,
  tiles: UserTiles,
  removal: Removal,
): void {
  const { db } = store
  const users = new Users()
  const shown = () => ({ now: clock.now(), failedLimit: failedLimit(), trashDays: trashDays() })
  const read = async (id: string): Promise<User> => await requireUser(users, id, store.db)
  const describe = async (id: string) => {
    const overviews = await overviewsOf(store, [await read(id)], clock.now())
    return overviews.map((overview) => userJson(overview, shown()))[0] ?? {}
  }

  routes.view({
    path: 'users',
    permit: 'users.view',
    query: listQuery.extend(userFilterQuery.shape).extend({ sort: z.string().max(40).optional() }),
    answer: async ({ query: { q, filter, group, sort, after, limit } }) => {
      const selected = toUserFilter({ q, filter, group }, clock.now())
      const order = readSort(sort, sortKeys, 'username')
      const request = { ...selected, after, limit, sort: order }
      const { items, next } = await userOverviews(store, request, clock.now())
      const options = shown()
      return { items: items.map((item) => userJson(item, options)), next }
    },
  })

  routes.view({
    path: 'users-counts',
    permit: 'users.view',
    query: nothing,
    answer: async () => await tiles.counts(),
  })

  routes.act({
    method: 'POST',
    path: 'users',
    body: fields.extend({ username: name }),
    answer: async ({ body: { bypass_until, ...body }, administration }) => {
      const user = { ...present(body), username: body.username, bypassUntil: bypass_until }
      return await describe((await administration.run(createUser, user)).userId)
    },
  })

  routes.view({
    path: 'users/:id',
    permit: 'users.view',
    query: nothing,
    answer: async ({ id }) => await describe(id),
  })

  routes.act({
    method: 'PATCH',
    path: 'users/:id',
    body: fields,
    answer: async ({ id, body: { aliases, bypass_until, ...body }, administration }) => {
      const user = await read(id)
      const change = {
        ...present(body),
        ...(bypass_until === undefined ? {} : { bypassUntil: bypass_until }),
      }
      await administration.together(async (run) => {
        if (Object.keys(change).length > 0) await run(updateUser, { user, change })
        if (aliases !== undefined) await run(setAliases, { user, aliases })
      })
      return await describe(id)
    },
  })

  for (const [path, run] of [
    [
      'lock',
      (administration: Administration, user: User) => administration.run(lockUser, { user }),
    ],
    [
      'unlock',
      (administration: Administration, user: User) => administration.run(unlockUser, { user }),
    ],
    [
      'restore',
      (administration: Administration, user: User) => administration.run(restoreUser, { user }),
    ],
  ] as const) {
    routes.act({
      method: 'POST',
      path: `users/:id/${path}`,
      body: nothing,
      answer: async ({ id, administration }) => {
        await run(administration, await read(id))
        return await describe(id)
      },
    })
  }

  routes.view({
    path: 'users/:id/removal',
    permit: 'users.view',
    query: nothing,
    answer: async ({ id }) => {
      const user = await read(id)
      return {
        username: user.username,
        ...(await removal.consequences(user, clock.now(), db)),
        days: trashDays(),
      }
    },
  })

  routes.act({
    method: 'POST',
    path: 'users/:id/trash',
    body: z.object({ username: name }),
    answer: async ({ id, body, administration }) => {
      const user = await read(id)
      requireName(user, body.username)
      await administration.run(trashUser, { user })
      return await describe(id)
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'users/:id',
    body: z.object({ username: name }),
    answer: async ({ id, body, administration }) => {
      const user = await read(id)
      requireName(user, body.username)
      await administration.run(deleteUser, { user })
      return { deleted: true }
    },
  })
}
