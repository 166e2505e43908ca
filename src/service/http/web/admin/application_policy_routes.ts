import * as z from 'zod'
import { type Integration, Integrations, isOwnType } from '../../../applications/integrations.ts'
import { effectivePolicy } from '../../../applications/policy/effective_policy.ts'
import { PolicyAttachments } from '../../../applications/policy/policy_attachments.ts'
import {
  type EffectivePolicy,
  layersForGroups,
  type PolicyLayer,
  type PolicySource,
} from '../../../applications/policy/policy_layers.ts'
import {
  type ConfiguredLimits,
  isSectionName,
} from '../../../applications/policy/policy_sections.ts'
import { describeSections } from '../../../applications/policy/section_descriptions.ts'
import { type Group, Groups } from '../../../people/groups.ts'
import { Users } from '../../../people/users.ts'
import type { Store } from '../../../store/store.ts'
import { InvalidInput, NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { describeSourceJson, sectionJson } from './policy_json.ts'

const maxGroups = 100

/**
 * Adds what policies require in one application.
 *
 * - `GET applications/:id/policies` → `{ application, global, groups }`: the policy of the application and the
 *   global one (`{ policy_key, name }` or `null`), and the group policies in stack order (`[{ position,
 *   policy_key, name, group_id, group }]`)
 * - `GET applications/:id/effective-policy?username&groups` → `{ user, groups, has_fixed_rules, sections:
 *   [{ section, title, description, enforced, value, source }] }` for a user, or for members of these groups
 *   (comma-separated identifiers). `source` is `{ level, policy_key?, policy_name?, group_id?, group? }`; its
 *   level is `default` for a built-in default. `problem` says why a section can't be read; sign-ins are denied
 *   then.
 */
export function addApplicationPolicyRoutes(
  routes: AdminRoutes,
  store: Store,
  limits: ConfiguredLimits,
): void {
  const { db } = store
  const attachments = new PolicyAttachments(store)
  const integrations = new Integrations(store)
  const [users, groups] = [new Users(), new Groups()]

  const require = async (ikey: string): Promise<Integration> => {
    const integration = await integrations.byIkey(ikey, db)
    if (integration === undefined) throw new NotFound('this application does not exist any more')
    return integration
  }
  const readMembers = async (
    { username, groups: ids }: { readonly username: string; readonly groups: string },
    { usernameNormalization }: Integration,
  ) => {
    if (username === '') {
      const wanted = ids.split(',').filter((id) => id !== '')
      return { user: null, own: await groups.byIds(wanted.slice(0, maxGroups), db) }
    }
    const user = await users.byLoginName(username, usernameNormalization, db)
    if (user === undefined) throw new InvalidInput('username', `There is no user “${username}”.`)
    const { userId: user_id, username: found } = user
    return { user: { user_id, username: found }, own: await groups.ofUser(user_id, db) }
  }

  routes.view({
    path: 'applications/:id/policies',
    permit: 'policies.view',
    query: nothing,
    answer: async ({ id }) => {
      const layers = await attachments.layers((await require(id)).ikey, db)
      const at = (level: PolicyLayer['level']) => layers.filter((layer) => layer.level === level)
      return {
        application: at('application').map(policyOf)[0] ?? null,
        global: at('global').map(policyOf)[0] ?? null,
        groups: at('group').map((layer, index) => ({
          ...policyOf(layer),
          position: index + 1,
          group_id: layer.group?.groupId ?? '',
          group: layer.group?.name ?? '',
        })),
      }
    },
  })

  routes.view({
    path: 'applications/:id/effective-policy',
    permit: 'policies.view',
    query: z.object({
      username: z.string().max(512).default(''),
      groups: z.string().max(5000).default(''),
    }),
    answer: async ({ id, query, administration }) => {
      const integration = await require(id)
      if (query.username !== '') administration.require('users.view', 'the groups of a user')
      const { user, own } = await readMembers(query, integration)
      const layers = await attachments.layers(id, db)
      const groupIds = new Set(own.map(({ groupId }) => groupId))
      const policy = effectivePolicy(integration, layers, groupIds, limits)
      return {
        user,
        groups: own.map(({ groupId, name }: Group) => ({ group_id: groupId, name })),
        has_fixed_rules: isOwnType(integration.type),
        sections: describeEffective(policy, layersForGroups(layers, groupIds)),
      }
    },
  })
}

function describeEffective(policy: EffectivePolicy, layers: readonly PolicyLayer[]) {
  const { rules, sources, unknown, unreadable } = policy
  return describeSections(Object.keys(unknown)).map((description) => {
    const { section } = description
    const [value, source] = isSectionName(section)
      ? [rules[section], sources[section]]
      : [unknown[section], sourceOf(section, layers)]
    const problem = unreadable.find((each) => each.section === section)?.reason
    return {
      ...sectionJson(description),
      value,
      source: describeSourceJson(source),
      ...(problem === undefined ? {} : { problem }),
    }
  })
}

function sourceOf(section: string, layers: readonly PolicyLayer[]): PolicySource {
  const layer = layers.find(({ policy }) => Object.hasOwn(policy.sections, section))
  return layer ?? { level: 'default' }
}

function policyOf({ policy: { policyKey, name } }: PolicyLayer) {
  return { policy_key: policyKey, name }
}
