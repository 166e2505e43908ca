import * as z from 'zod'
import {
  createAdministrator,
  deleteAdministrator,
  endAdministratorSessions,
  resetAdministrator,
  updateAdministrator,
} from '../../../administration/acts/administrators.ts'
import type { AdministratorAccounts } from '../../../administrators/accounts.ts'
import { type Administrator, administratorStatuses } from '../../../administrators/administrator.ts'
import { type AdministratorLinks, administratorLink } from '../../../administrators/links.ts'
import type { PushPhones } from '../../../administrators/push_phones.ts'
import { NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery } from './list_query.ts'
import { describeEnded, describeFactor, describeSession } from './profile_routes.ts'

/** Sends a link to an administrator. @returns Whether it was mailed; otherwise it has to be shown. */
export type SendLink = (administrator: Administrator, link: string) => Promise<boolean>

const text = z.string().max(254)
const validDays = z.number().int().min(1).max(31).optional()
const added = z.object({
  email: text,
  name: text,
  role: text,
  phone: z.string().max(32).optional(),
  valid_days: validDays,
})
const change = z
  .object({
    email: text,
    name: text,
    role: text,
    phone: z.string().max(32),
    status: z.enum(['active', 'disabled']),
  })
  .partial()

/**
 * Adds the routes of administrators. An administrator is `{ admin_id, email, name, phone, role, status,
 * factors: [kind], link_expires, created, last_login }`: `status` is `active`, `disabled` or
 * `pending_activation`; `link_expires` is when their open link expires, or null.
 *
 * - `GET administrators?q&role&status&after&limit` → `{ items, next }`
 * - `GET administrators/:id` → the administrator, with `factor_list: [factor]`, `sessions: [session]` and
 *   `ended_sessions: [ended session]` as in `profile`
 * - `POST administrators` `{ email, name, role, phone?, valid_days? }` → `{ administrator, mailed, link,
 *   expires }`; `link` is shown once, and null if it was mailed
 * - `PATCH administrators/:id` `{ email?, name?, role?, phone?, status? }` → the administrator. 409
 *   `last_owner`
 * - `DELETE administrators/:id` → `{}`
 * - `POST administrators/:id/reset` `{ password, factors, valid_days? }` (booleans; what is lost) → as
 *   `POST administrators`; for a pending account, it sends the activation link again
 * - `POST administrators/:id/sessions/end` `{ session_id? }` → `{ ended }`, how many
 */
export function addAdministratorRoutes(
  routes: AdminRoutes,
  accounts: AdministratorAccounts,
  links: AdministratorLinks,
  phones: PushPhones,
  { address, send }: { readonly address: () => string; readonly send: SendLink },
): void {
  const { administrators, factors, sessions, clock } = accounts
  const { db } = accounts.store

  routes.view({
    path: 'administrators',
    permit: 'administrators.view',
    query: listQuery.extend({
      role: text.optional(),
      status: z.enum(administratorStatuses).optional(),
    }),
    answer: async ({ query: { q, ...query } }) => {
      const { items, next } = await administrators.page({ ...query, search: q }, db)
      return { items: await describe(items), next }
    },
  })

  routes.view({
    path: 'administrators/:id',
    permit: 'administrators.view',
    query: nothing,
    answer: async ({ id }) => {
      const open = await sessions.ofAdministrator(id, clock.now(), db)
      return {
        ...(await describeOne(id)),
        factor_list: await describeFactors(id),
        sessions: open.map((session) => describeSession(session, sessions)),
        ended_sessions: (await sessions.endedOf(id, clock.now(), db)).map(describeEnded),
      }
    },
  })

  routes.act({
    method: 'POST',
    path: 'administrators',
    body: added,
    answer: async ({ body: { valid_days, ...account }, administration }) => {
      const input = { ...account, validDays: valid_days }
      return await deliver(await administration.run(createAdministrator, input))
    },
  })

  routes.act({
    method: 'PATCH',
    path: 'administrators/:id',
    body: change,
    answer: async ({ id, body, administration }) => {
      await administration.run(updateAdministrator, { adminId: id, change: defined(body) })
      return await describeOne(id)
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'administrators/:id',
    body: nothing,
    answer: async ({ id, administration }) => {
      await administration.run(deleteAdministrator, { adminId: id })
      return {}
    },
  })

  routes.act({
    method: 'POST',
    path: 'administrators/:id/reset',
    body: z.object({ password: z.boolean(), factors: z.boolean(), valid_days: validDays }),
    answer: async ({ id, body: { valid_days, ...lost }, administration }) => {
      const administrator = await administrators.byId(id, db)
      if (administrator === undefined) throw new NotFound('there is no such administrator')
      const input = { ...administrator, ...lost, validDays: valid_days }
      return await deliver(await administration.run(resetAdministrator, input))
    },
  })

  routes.act({
    method: 'POST',
    path: 'administrators/:id/sessions/end',
    body: z.object({ session_id: text.optional() }),
    answer: async ({ id, body, administration }) => {
      const input = { adminId: id, sessionId: body.session_id }
      const { ended } = await administration.run(endAdministratorSessions, input)
      return { ended }
    },
  })

  async function deliver({
    administrator,
    link: { code, expires },
  }: Awaited<ReturnType<typeof createAdministrator.do>>): Promise<object> {
    const link = administratorLink(address(), code)
    const mailed = await send(administrator, link)
    return {
      administrator: await describeOne(administrator.adminId),
      mailed,
      link: mailed ? null : link,
      expires,
    }
  }

  async function describeOne(adminId: string): Promise<object> {
    const administrator = await administrators.byId(adminId, db)
    if (administrator === undefined) throw new NotFound('there is no such administrator')
    const [described] = await describe([administrator])
    return described ?? {}
  }

  async function describeFactors(adminId: string): Promise<readonly object[]> {
    const administrator = await administrators.byId(adminId, db)
    if (administrator === undefined) return []
    const held = await factors.ofAdministrator(adminId, db)
    const usable = await phones.usable(administrator, held, db)
    return held.map((factor) => describeFactor(factor, usable))
  }

  async function describe(items: readonly Administrator[]): Promise<readonly object[]> {
    const adminIds = items.map(({ adminId }) => adminId)
    const kinds = await factors.kindsOf(adminIds, db)
    const open = await links.openUntil(adminIds, clock.now(), db)
    return items.map(({ adminId, email, name, phone, role, status, created, lastLogin }) => ({
      admin_id: adminId,
      ...{ email, name, phone, role, status, created },
      factors: kinds.get(adminId) ?? [],
      link_expires: open.get(adminId) ?? null,
      last_login: lastLogin,
    }))
  }
}

/** Without the keys that have no value. */
function defined<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  return JSON.parse(JSON.stringify(value))
}
