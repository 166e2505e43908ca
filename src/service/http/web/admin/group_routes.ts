import * as z from 'zod'
import {
  addMember,
  createGroup,
  deleteGroup,
  removeMember,
  updateGroup,
} from '../../../administration/acts/groups.ts'
import { groupUses } from '../../../administration/group_uses.ts'
import { type Group, type Groups, groupStatuses } from '../../../people/groups.ts'
import type { User } from '../../../people/user.ts'
import type { Users } from '../../../people/users.ts'
import type { Store } from '../../../store/store.ts'
import { InvalidInput, NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery } from './list_query.ts'

const name = z.string().trim().min(1).max(100)
const description = z.string().max(200)
const status = z.enum(groupStatuses)
const newGroup = z.object({
  name,
  description: description.default(''),
  status: status.default('active'),
})
const groupChange = z.object({
  name: name.optional(),
  description: description.optional(),
  status: status.optional(),
})

/**
 * Adds the routes of groups. A group is `{ group_id, name, status, description, members }`; `status` is
 * `active`, `bypass` or `disabled`, and applies to all members.
 *
 * - `GET groups?q&sort&after&limit` → `{ items, next }`
 * - `GET groups/:id` → the group with `policies: [{ policy_key, policy_name, ikey, application }]`, its
 *   group policies, and `permitted_in: [{ ikey, application, groups }]`, the applications that only
 *   permitted groups may use, `groups` of them
 * - `POST groups` `{ name, description?, status? }`, `PATCH groups/:id` with the same fields → the group
 * - `DELETE groups/:id`: members stay; `policies` and `permitted_in` end
 * - `POST groups/:id/members` `{ username }`, `DELETE groups/:id/members/:user_id`
 *
 * The members are `GET users?group=:id`.
 */
export function addGroupRoutes(
  routes: AdminRoutes,
  groups: Groups,
  users: Users,
  store: Store,
): void {
  const { db } = store
  const find = async (id: string): Promise<Group> => {
    const group = await groups.byId(id, db)
    if (group === undefined) throw new NotFound('this group does not exist any more')
    return group
  }
  const describeOne = async (group: Group) =>
    describe(group, await groups.memberCount(group.groupId, db))

  routes.view({
    path: 'groups',
    permit: 'users.view',
    query: listQuery.extend({ sort: z.enum(['name', '-name']).optional() }),
    answer: async ({ query: { q, sort, after, limit } }) => {
      const { items, next } = await groups.page(
        {
          after,
          limit,
          sort: { by: 'name', descending: sort === '-name' },
          ...(q === '' ? {} : { search: q }),
        },
        db,
      )
      const counts = await groups.memberCounts(
        items.map(({ groupId }) => groupId),
        db,
      )
      return { items: items.map((group) => describe(group, counts.get(group.groupId) ?? 0)), next }
    },
  })

  routes.view({
    path: 'groups/:id',
    permit: 'users.view',
    query: nothing,
    answer: async ({ id }) => {
      const group = await find(id)
      const { members, policies, permittedIn } = await groupUses(id, store, db)
      return {
        ...describe(group, members),
        policies: policies.map(({ policyKey, policyName, application }) => ({
          policy_key: policyKey,
          policy_name: policyName,
          ikey: application.ikey,
          application: application.name,
        })),
        permitted_in: permittedIn.map((each) => ({
          ikey: each.ikey,
          application: each.name,
          groups: each.groups,
        })),
      }
    },
  })

  routes.act({
    method: 'POST',
    path: 'groups',
    body: newGroup,
    answer: async ({ body, administration }) =>
      describe(await administration.run(createGroup, body), 0),
  })

  routes.act({
    method: 'PATCH',
    path: 'groups/:id',
    body: groupChange,
    answer: async ({ id, body, administration }) => {
      const group = await find(id)
      const change = Object.fromEntries(
        Object.entries(body).filter(([, value]) => value !== undefined),
      )
      await administration.run(updateGroup, { group, change })
      return await describeOne(await find(id))
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'groups/:id',
    body: nothing,
    answer: async ({ id, administration }) => {
      await administration.run(deleteGroup, { group: await find(id) })
      return {}
    },
  })

  routes.act({
    method: 'POST',
    path: 'groups/:id/members',
    body: z.object({ username: z.string().min(1).max(256) }),
    answer: async ({ id, body, administration }) => {
      const group = await find(id)
      const user = await users.byName(body.username, db)
      if (user === undefined) {
        throw new InvalidInput('username', `There is no user “${body.username}”.`)
      }
      await administration.run(addMember, { group, user })
      return await describeOne(group)
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'groups/:id/members/:user_id',
    body: nothing,
    answer: async ({ id, params, administration }) => {
      const group = await find(id)
      const user: User | undefined = await users.byId(params.user_id ?? '', db)
      if (user === undefined) throw new NotFound('this user does not exist any more')
      await administration.run(removeMember, { group, user })
      return await describeOne(group)
    },
  })
}

function describe(
  { groupId, name: groupName, status: state, description: text }: Group,
  members: number,
) {
  return { group_id: groupId, name: groupName, status: state, description: text, members }
}
