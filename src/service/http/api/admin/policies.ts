import { z } from 'zod'
import {
  attachPolicy,
  createPolicy,
  deletePolicy,
  updatePolicy,
} from '../../../administration/acts/policies.ts'
import type { RunAct } from '../../../administration/administration.ts'
import { Integrations } from '../../../applications/integrations.ts'
import { effectivePolicy } from '../../../applications/policy/effective_policy.ts'
import { Policies, type Policy } from '../../../applications/policy/policies.ts'
import { PolicyAttachments } from '../../../applications/policy/policy_attachments.ts'
import { layersForGroups } from '../../../applications/policy/policy_layers.ts'
import type { ConfiguredLimits } from '../../../applications/policy/policy_sections.ts'
import { Groups } from '../../../people/groups.ts'
import { Users } from '../../../people/users.ts'
import type { Store, StoreDb } from '../../../store/store.ts'
import { done, type Endpoint, endpoint, list, nothing } from './endpoint.ts'
import { filled, invalid, json, texts } from './parameters.ts'
import {
  appliesTo,
  changePlaces,
  keyList,
  places,
  readPlaces,
  toPlaceObject,
} from './policy_places.ts'
import { unknown } from './refusal.ts'

const maxNameLength = 255
const maxListed = 100
const maxSummarised = 1000
const globalKey = 'global'
const globalName = 'Global Policy'

const sectionsSchema = z.record(z.string(), z.unknown())
const policySchema = z.strictObject({
  is_global_policy: z.boolean(),
  policy_key: z.string(),
  policy_name: z.string(),
  sections: sectionsSchema.describe('Those that the policy sets; lists are arrays.'),
})
const policyList = z.strictObject({ policies: z.array(policySchema) })

/** Clients send an empty text if they change nothing, or JSON as text. */
const sections = json(z.union([z.literal(''), sectionsSchema], 'expected a JSON object'))
  .transform((given) => (given === '' ? {} : given))
  .optional()

/** Policies (duo.com/docs/adminapi, "Policies"). */
export function policyEndpoints(store: Store, limits: ConfiguredLimits): readonly Endpoint[] {
  const policies = new Policies(store)
  const attachments = new PolicyAttachments(store)
  const integrations = new Integrations(store)
  const [groups, users] = [new Groups(), new Users()]

  const find = async (key: string, db: StoreDb): Promise<Policy | undefined> =>
    key === globalKey ? await policies.global(db) : await policies.byKey(key, db)
  const requirePolicy = async (key: string, db: StoreDb): Promise<Policy> => {
    const policy = await find(key, db)
    if (policy === undefined) throw unknown('policy_key')
    return policy
  }

  return [
    list({
      method: 'GET',
      path: '/admin/v2/policies',
      permission: 'adminapi_read_resource',
      summary: 'Lists policies.',
      parameters: {},
      item: policySchema,
      answer: async ({ db }, { limit, offset }) => {
        const all = await policies.list(db)
        return { items: all.slice(offset, offset + limit).map(toObject), total: all.length }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v2/policies/summary',
      permission: 'adminapi_read_resource',
      summary: 'Lists policies with the places where each applies.',
      parameters: {},
      response: z.strictObject({
        policies: z.array(
          z.strictObject({
            policy_applies_to: z.array(appliesTo),
            policy_key: z.string(),
            policy_name: z.string(),
          }),
        ),
        policy_count: z.int(),
        response_is_truncated: z.boolean(),
        warnings: z.array(z.string()),
      }),
      answer: async ({ db }) => {
        const all = await policies.list(db)
        const byPolicy = Map.groupBy(await attachments.list(db), ({ policyKey }) => policyKey)
        return {
          policies: all.slice(0, maxSummarised).map(({ policyKey, name }) => ({
            policy_applies_to: (byPolicy.get(policyKey) ?? []).map(toPlaceObject),
            policy_key: policyKey,
            policy_name: name,
          })),
          policy_count: all.length,
          response_is_truncated: all.length > maxSummarised,
          warnings: [],
        }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v2/policies/calculate',
      permission: 'adminapi_read_resource',
      summary: 'Computes the policy of a user in an application.',
      parameters: { integration_key: filled(64), user_id: filled(64) },
      response: z.strictObject({
        policy_elements: z
          .array(
            z.strictObject({
              apply_type: z.enum(['group_app', 'app', 'global']),
              policy_key: z.string(),
              policy_name: z.string(),
            }),
          )
          .describe('The policies that took part, the most specific first.'),
        sections: sectionsSchema.describe('Every section, with defaults.'),
      }),
      answer: async ({ parameters: { integration_key: ikey, user_id: userId }, db }) => {
        const integration = await integrations.byIkey(ikey, db)
        if (integration === undefined) {
          throw invalid('integration_key', 'there is no such application')
        }
        if ((await users.byId(userId, db)) === undefined) {
          throw invalid('user_id', 'there is no such user')
        }
        const groupIds = new Set((await groups.ofUser(userId, db)).map(({ groupId }) => groupId))
        const layers = await attachments.layers(ikey, db)
        const { rules, unknown: kept } = effectivePolicy(integration, layers, groupIds, limits)
        return {
          policy_elements: layersForGroups(layers, groupIds).map(({ level, policy }) => ({
            apply_type: applyTypes[level],
            policy_key: policy.policyKey,
            policy_name: policy.name,
          })),
          sections: { ...rules, ...kept },
        }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v2/policies/copy',
      permission: 'adminapi_write_resource',
      summary: 'Creates policies with the sections of another one; they apply nowhere.',
      parameters: { policy_key: filled(64), new_policy_names_list: texts(maxListed) },
      response: policyList,
      answer: async ({ parameters, administration, db }) => {
        const { policy_key: key, new_policy_names_list: names } = parameters
        const source = await find(key, db)
        if (source === undefined) throw invalid('policy_key', 'there is no such policy')
        const { sections: copied } = source
        const created = await administration.together(async (run) => {
          const copies: Policy[] = []
          for (const name of names) copies.push(await run(createPolicy, { name, sections: copied }))
          return copies
        })
        return { policies: created.map(toObject) }
      },
    }),
    endpoint({
      method: 'PUT',
      path: '/admin/v2/policies/update',
      permission: 'adminapi_write_resource',
      summary: 'Changes sections of several policies, all or none.',
      parameters: {
        policies_to_update: json(
          z.object({
            edit_all_policies: z
              .preprocess(
                (value) => (value === 'true' ? true : value === 'false' ? false : value),
                z.boolean(),
              )
              .default(false),
            edit_list: keyList,
          }),
        ),
        policy_changes: json(
          z.object({
            sections: z
              .union([z.literal(''), sectionsSchema])
              .transform((given) => (given === '' ? {} : given))
              .optional(),
            sections_to_delete: keyList,
          }),
        ),
      },
      response: policyList,
      answer: async ({ parameters, administration, db }) => {
        const { policies_to_update: chosen, policy_changes: changes } = parameters
        const found: Policy[] = []
        if (chosen.edit_all_policies) found.push(...(await policies.list(db)))
        for (const key of chosen.edit_all_policies ? [] : (chosen.edit_list ?? [])) {
          const policy = await find(key, db)
          if (policy === undefined) {
            throw invalid('policies_to_update.edit_list', `there is no policy ${key}`)
          }
          found.push(policy)
        }
        const change = {
          sections: changes.sections,
          sectionsToDelete: changes.sections_to_delete,
        }
        const changed = await administration.together(async (run) => {
          const results: Policy[] = []
          for (const policy of found) results.push(await run(updatePolicy, { policy, change }))
          return results
        })
        return { policies: changed.map(toObject) }
      },
    }),
    endpoint({
      method: 'POST',
      path: '/admin/v2/policies',
      permission: 'adminapi_write_resource',
      summary: 'Creates a policy, and applies it to applications and to groups in applications.',
      parameters: { policy_name: filled(maxNameLength), sections, ...places },
      response: policySchema,
      answer: async ({ parameters, administration, db }) => {
        const changes = await readPlaces(parameters, store, db)
        const { policy_name: name, sections: given = {} } = parameters
        return toObject(
          await administration.together(async (run) => {
            const policy = await run(createPolicy, { name, sections: given })
            await changePlaces(policy, changes, run)
            return policy
          }),
        )
      },
    }),
    endpoint({
      method: 'GET',
      path: '/admin/v2/policies/:policy_key',
      permission: 'adminapi_read_resource',
      summary: 'Shows a policy; `global` is the key of the global one.',
      parameters: {},
      response: policySchema,
      answer: async ({ id, db }) => {
        const key = id('policy_key')
        const policy = await find(key, db)
        if (policy !== undefined) return toObject(policy)
        if (key === globalKey) return noGlobal
        throw unknown('policy_key')
      },
    }),
    endpoint({
      method: 'PUT',
      path: '/admin/v2/policies/:policy_key',
      permission: 'adminapi_write_resource',
      summary: 'Changes a policy and where it applies; `global` is the key of the global one.',
      parameters: {
        policy_name: filled(maxNameLength).optional(),
        sections,
        sections_to_delete: texts(maxListed).optional(),
        ...places,
      },
      response: policySchema,
      answer: async ({ id, parameters, administration, db }) => {
        const key = id('policy_key')
        const found = await find(key, db)
        if (found === undefined && key !== globalKey) throw unknown('policy_key')
        const changes = await readPlaces(parameters, store, db)
        const { policy_name: name, sections: given, sections_to_delete: removed } = parameters
        return toObject(
          await administration.together(async (run) => {
            const policy = found ?? (await createGlobal(name ?? globalName, run))
            const change = { name, sections: given, sectionsToDelete: removed }
            const isChanged = Object.values(change).some((value) => value !== undefined)
            const changed = isChanged ? await run(updatePolicy, { policy, change }) : policy
            await changePlaces(changed, changes, run)
            return changed
          }),
        )
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/admin/v2/policies/:policy_key',
      permission: 'adminapi_write_resource',
      summary: 'Deletes a policy; where it applied, the next one applies.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const policy = await requirePolicy(id('policy_key'), db)
        await administration.run(deletePolicy, { policy })
        return done
      },
    }),
  ]
}

const applyTypes = { group: 'group_app', application: 'app', global: 'global' } as const

/** As long as no policy is the global one, the built-in defaults apply. */
const noGlobal = {
  is_global_policy: true,
  policy_key: globalKey,
  policy_name: globalName,
  sections: {},
}

async function createGlobal(name: string, run: RunAct): Promise<Policy> {
  const policy = await run(createPolicy, { name, sections: {} })
  await run(attachPolicy, { policy, place: { kind: 'global' } })
  return { ...policy, isGlobal: true }
}

function toObject({ policyKey, name, sections, isGlobal }: Policy): z.infer<typeof policySchema> {
  return {
    is_global_policy: isGlobal,
    policy_key: policyKey,
    policy_name: name,
    sections: { ...sections },
  }
}
