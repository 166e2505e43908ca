import * as z from 'zod'
import {
  attachPolicy,
  createPolicy,
  deletePolicy,
  detachPolicy,
  updatePolicy,
} from '../../../administration/acts/policies.ts'
import type { Administration } from '../../../administration/administration.ts'
import { Policies, type Policy } from '../../../applications/policy/policies.ts'
import { PolicyAttachments } from '../../../applications/policy/policy_attachments.ts'
import { describeSections } from '../../../applications/policy/section_descriptions.ts'
import type { Store } from '../../../store/store.ts'
import { InvalidInput } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery } from './list_query.ts'
import {
  describePolicy,
  describePolicyDetails,
  globalName,
  noGlobal,
  sectionJson,
} from './policy_json.ts'
import { PolicyRequests, placeBody, sectionsBody } from './policy_requests.ts'

const name = z.string().max(255)
/** A policy has at most 100,000 characters of JSON, and a change also sends what it was made from. */
const bodyLimit = 500_000
const newPolicy = z.object({
  name,
  sections: sectionsBody.default({}),
  copy_of: z.string().max(40).optional(),
})
const policyChange = z.object({
  name: name.optional(),
  sections: sectionsBody.optional(),
  sections_to_delete: z.array(z.string().max(100)).max(100).optional(),
  /** The sections as the change was made from; a section that has changed since is not overwritten. */
  seen: sectionsBody.optional(),
})

/**
 * Adds the routes of policies. A policy is `{ policy_key, name, is_global, created, section_names,
 * section_titles, applies_to: [{ kind, ikey, application, group_id, group, position }] }`; one alone also has `sections` (the
 * vendor's JSON), `descriptions: [{ section, title, description, enforced }]` and `keys_not_enforced`.
 * `global` is the key of the global policy, also before there is one.
 *
 * - `GET policies?q&sort&after&limit` → `{ items, next, total }`, the global policy first
 * - `GET policies/sections` → `{ items }`: the descriptions of all sections that are enforced
 * - `GET policies/:id`
 * - `POST policies` `{ name, sections?, copy_of? }`
 * - `PATCH policies/:id` `{ name?, sections?, sections_to_delete?, seen? }`
 * - `DELETE policies/:id` `{ name }`; not the global one
 * - `POST policies/:id/places` `{ kind, ikey?, group_id?, position? }` applies it, or moves it in the stack;
 *   `DELETE` with the same body stops applying it
 */
export function addPolicyRoutes(routes: AdminRoutes, store: Store): void {
  const { db } = store
  const policies = new Policies(store)
  const attachments = new PolicyAttachments(store)
  const requests = new PolicyRequests(store)

  const details = async (key: string) =>
    describePolicyDetails((await requests.find(key)) ?? noGlobal, await attachments.list(db))

  routes.view({
    path: 'policies',
    permit: 'policies.view',
    query: listQuery.extend({ sort: z.enum(['name', '-name']).default('name') }),
    answer: async ({ query: { q, sort, after, limit } }) => {
      const all = await policies.list(db)
      const global = all.find(({ isGlobal }) => isGlobal) ?? noGlobal
      const others = all
        .filter(({ isGlobal }) => !isGlobal)
        .toSorted((one, other) => one.name.localeCompare(other.name))
      const sorted = sort === 'name' ? others : others.toReversed()
      const found = [global, ...sorted].filter((policy) => matches(policy, q))
      const start =
        after === undefined ? 0 : found.findIndex((each) => each.policyKey === after) + 1
      const page = found.slice(start, start + limit)
      const places = await attachments.list(db)
      const hasMore = start + limit < found.length
      return {
        items: page.map((policy) => describePolicy(policy, places)),
        next: hasMore ? (page.at(-1)?.policyKey ?? null) : null,
        total: found.length,
      }
    },
  })

  routes.view({
    path: 'policies/sections',
    permit: 'policies.view',
    query: nothing,
    answer: async () => ({ items: describeSections([]).map(sectionJson) }),
  })

  routes.view({
    path: 'policies/:id',
    permit: 'policies.view',
    query: nothing,
    answer: async ({ id }) => await details(id),
  })

  routes.act({
    method: 'POST',
    path: 'policies',
    body: newPolicy,
    bodyLimit,
    answer: async ({ body: { name: text, sections, copy_of: source }, administration }) => {
      const copied = source === undefined ? {} : (await requests.find(source))?.sections
      const created = { name: text, sections: { ...copied, ...sections } }
      const { policyKey } = await administration.run(createPolicy, created)
      return await details(policyKey)
    },
  })

  routes.act({
    method: 'PATCH',
    path: 'policies/:id',
    body: policyChange,
    bodyLimit,
    answer: async ({ id, body, administration }) => {
      const found = (await requests.find(id)) ?? (await createGlobal(administration))
      const { name: text, sections, sections_to_delete: sectionsToDelete, seen } = body
      const policy = seen === undefined ? found : { ...found, sections: seen }
      const change = { name: text, sections, sectionsToDelete }
      const { policyKey } = await administration.run(updatePolicy, { policy, change })
      return await details(policyKey)
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'policies/:id',
    body: z.object({ name: z.string() }),
    answer: async ({ id, body, administration }) => {
      const policy = await requests.require(id)
      if (body.name.trim() !== policy.name) {
        throw new InvalidInput('name', 'The name is not that of the policy.')
      }
      await administration.run(deletePolicy, { policy })
      return { deleted: true }
    },
  })

  routes.act({
    method: 'POST',
    path: 'policies/:id/places',
    body: placeBody,
    answer: async ({ id, body, administration }) => {
      const policy = await requests.require(id)
      const place = await requests.place(body)
      const position = body.kind === 'group' ? body.position : undefined
      await administration.run(attachPolicy, { policy, place, position })
      return await details(policy.policyKey)
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'policies/:id/places',
    body: placeBody,
    answer: async ({ id, body, administration }) => {
      const policy = await requests.require(id)
      await administration.run(detachPolicy, { policy, place: await requests.place(body) })
      return await details(policy.policyKey)
    },
  })
}

/** An empty global policy asks for what the built-in defaults ask. */
async function createGlobal(administration: Administration): Promise<Policy> {
  return await administration.together(async (run) => {
    const policy = await run(createPolicy, { name: globalName, sections: {} })
    await run(attachPolicy, { policy, place: { kind: 'global' } })
    return { ...policy, isGlobal: true }
  })
}

function matches({ policyKey, name: text }: Policy, q: string): boolean {
  const search = q.trim().toLowerCase()
  return text.toLowerCase().includes(search) || policyKey.toLowerCase() === search
}
