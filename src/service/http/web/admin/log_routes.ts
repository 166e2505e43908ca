import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import {
  findChange,
  findSignIn,
  searchChanges,
  searchMessages,
  searchSignIns,
} from '../../../audit/log_search.ts'
import type { Users } from '../../../people/users.ts'
import { type Page, pages } from '../../../store/keyset.ts'
import type { StoreDb } from '../../../store/store.ts'
import { NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { sendExport } from './csv_export.ts'
import { listQuery } from './list_query.ts'
import {
  changeColumns,
  changeJson,
  flatChange,
  messageColumns,
  messageJson,
  signInColumns,
  signInJson,
} from './log_json.ts'

const text = z.string().max(256).optional()
const moment = z.coerce.number().int().min(0).optional()
const range = z.object({ from: moment, to: moment })
const signInFilter = range.extend({
  user: text,
  application: text,
  factor: text,
  result: text,
  reason: text,
  address: text,
})
const changeFilter = range.extend({
  actor: text,
  action: text,
  user: text,
  object_id: text,
  address: text,
})
const messageFilter = range.extend({ user: text, type: text, number: text, result: text })
const format = z.object({ format: z.enum(['csv', 'json']).default('csv') })
const exportPage = 500

/**
 * Adds the routes of the logs. Times are in milliseconds since 1970; `user` is a user name, `application`
 * an integration key.
 *
 * - `GET logs/authentication?user&application&factor&result&reason&address&from&to&after&limit`,
 *   `GET logs/administrator?actor&action&user&object_id&address&from&to&after&limit`,
 *   `GET logs/telephony?user&type&number&result&from&to&after&limit` → `{ items, next }`, newest first
 * - `GET logs/authentication/:id`, `GET logs/administrator/:id` → one line
 * - `GET logs/LOG/export?format&…` → a file with every line that the filter finds: `csv` or `json`
 */
export function addLogRoutes(routes: AdminRoutes, users: Users, clock: Clock, db: StoreDb): void {
  /** The user's identifier, which has an index; a name that no user has is compared as it is. */
  const userOf = async (name: string | undefined) => {
    const user = name === undefined ? undefined : await users.byName(name, db)
    return user === undefined ? { username: name } : { userId: user.userId }
  }
  /** A log that names its user by identifier only finds nothing for an unknown name. */
  const userIdOf = async (name: string | undefined) => {
    if (name === undefined) return undefined
    return (await users.byName(name, db))?.userId ?? 'unknown'
  }
  const signIns = async (filter: z.infer<typeof signInFilter>, page: PageQuery) => {
    const { user, application, ...others } = filter
    const search = { ...others, ...(await userOf(user)), ikey: application }
    return mapped(await searchSignIns(search, page, clock.now(), db), signInJson)
  }
  const changes = async (filter: z.infer<typeof changeFilter>, page: PageQuery) => {
    const { user, object_id: objectId, ...others } = filter
    const search = { ...others, objectId, userId: await userIdOf(user) }
    return mapped(await searchChanges(search, page, db), changeJson)
  }
  const messages = async (filter: z.infer<typeof messageFilter>, page: PageQuery) => {
    const { user, ...others } = filter
    const search = { ...others, userId: await userIdOf(user) }
    return mapped(await searchMessages(search, page, db), messageJson)
  }

  routes.view({
    path: 'logs/authentication',
    permit: 'logs.view',
    query: listQuery.extend(signInFilter.shape),
    answer: async ({ query: { after, limit, q: _, ...filter } }) =>
      await signIns(filter, { after, limit }),
  })
  routes.view({
    path: 'logs/administrator',
    permit: 'logs.view',
    query: listQuery.extend(changeFilter.shape),
    answer: async ({ query: { after, limit, q: _, ...filter } }) =>
      await changes(filter, { after, limit }),
  })
  routes.view({
    path: 'logs/telephony',
    permit: 'logs.view',
    query: listQuery.extend(messageFilter.shape),
    answer: async ({ query: { after, limit, q: _, ...filter } }) =>
      await messages(filter, { after, limit }),
  })

  routes.view({
    path: 'logs/authentication/:id',
    permit: 'logs.view',
    query: nothing,
    answer: async ({ id }) => {
      const line = await findSignIn(toLineNumber(id), db)
      if (line === undefined) throw lineGone()
      return signInJson(line)
    },
  })
  routes.view({
    path: 'logs/administrator/:id',
    permit: 'logs.view',
    query: nothing,
    answer: async ({ id }) => {
      const line = await findChange(toLineNumber(id), db)
      if (line === undefined) throw lineGone()
      return changeJson(line)
    },
  })

  routes.view({
    path: 'logs/authentication/export',
    permit: 'lists.export',
    query: signInFilter.extend(format.shape),
    answer: async ({ query: { format: as, ...filter }, administration, reply }) => {
      await administration.spend('exports', 1)
      const read = (after: string | undefined) => signIns(filter, { after, limit: exportPage })
      return sendExport(reply, {
        name: 'sign-ins',
        format: as,
        columns: signInColumns,
        pages: pages(read),
      })
    },
  })
  routes.view({
    path: 'logs/administrator/export',
    permit: 'lists.export',
    query: changeFilter.extend(format.shape),
    answer: async ({ query: { format: as, ...filter }, administration, reply }) => {
      await administration.spend('exports', 1)
      const read = async (after: string | undefined) =>
        mapped(await changes(filter, { after, limit: exportPage }), flatChange)
      return sendExport(reply, {
        name: 'administrator-actions',
        format: as,
        columns: changeColumns,
        pages: pages(read),
      })
    },
  })
  routes.view({
    path: 'logs/telephony/export',
    permit: 'lists.export',
    query: messageFilter.extend(format.shape),
    answer: async ({ query: { format: as, ...filter }, administration, reply }) => {
      await administration.spend('exports', 1)
      const read = (after: string | undefined) => messages(filter, { after, limit: exportPage })
      return sendExport(reply, {
        name: 'telephony',
        format: as,
        columns: messageColumns,
        pages: pages(read),
      })
    },
  })
}

interface PageQuery {
  readonly after: string | undefined
  readonly limit: number
}

function mapped<From, To>({ items, next }: Page<From>, map: (item: From) => To): Page<To> {
  return { items: items.map(map), next }
}

function toLineNumber(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : 0
}

function lineGone(): NotFound {
  return new NotFound('this line does not exist, or its retention has ended')
}
