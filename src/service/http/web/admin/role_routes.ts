import * as z from 'zod'
import {
  createRole,
  deleteRole,
  updateRole,
} from '../../../administration/acts/administrator_roles.ts'
import { builtInRole, permits, roleNames } from '../../../administration/roles.ts'
import type { CustomRole, Roles } from '../../../administrators/roles.ts'
import type { StoreDb } from '../../../store/store.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'

const granted = z.array(z.enum(permits)).max(permits.length)
const name = z.string().max(254)

/**
 * Adds the routes of roles. A role is `{ role_id, name, built_in, permits: [permit] }`; `role_id` is null
 * for built-in ones.
 *
 * - `GET roles` → `{ items: [role], next: null, permits: [every permit] }`, built-in ones first
 * - `POST roles` `{ name, permits }`, `PATCH roles/:id` `{ name?, permits? }` → the role
 * - `DELETE roles/:id` → `{}`; 409 `conflict` while an administrator has it
 */
export function addRoleRoutes(routes: AdminRoutes, roles: Roles, db: StoreDb): void {
  routes.view({
    path: 'roles',
    permit: 'administrators.view',
    query: nothing,
    answer: async () => {
      const builtIn = roleNames.map((known) => ({
        role_id: null,
        name: known,
        built_in: true,
        permits: [...builtInRole(known).permits],
      }))
      return { items: [...builtIn, ...(await roles.list(db)).map(describe)], next: null, permits }
    },
  })

  routes.act({
    method: 'POST',
    path: 'roles',
    body: z.object({ name, permits: granted }),
    answer: async ({ administration, body }) =>
      describe(await administration.run(createRole, body)),
  })

  routes.act({
    method: 'PATCH',
    path: 'roles/:id',
    body: z.object({ name, permits: granted }).partial(),
    answer: async ({ administration, id, body }) => {
      const change = {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.permits === undefined ? {} : { permits: body.permits }),
      }
      return describe((await administration.run(updateRole, { roleId: id, change })).after)
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'roles/:id',
    body: nothing,
    answer: async ({ administration, id }) => {
      await administration.run(deleteRole, { roleId: id })
      return {}
    },
  })
}

function describe({ roleId, name: shown, permits: held }: CustomRole) {
  return { role_id: roleId, name: shown, built_in: false, permits: held }
}
