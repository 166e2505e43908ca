import { z } from 'zod'
import {
  type AdminApiPermission,
  adminApiPermissions,
} from '../../../applications/admin_api_permissions.ts'
import { userAccesses } from '../../../applications/application_settings.ts'
import type { Integration } from '../../../applications/integrations.ts'
import { PermittedGroups } from '../../../applications/permitted_groups.ts'
import { Policies } from '../../../applications/policy/policies.ts'
import { PolicyAttachments } from '../../../applications/policy/policy_attachments.ts'
import { isObject } from '../../../applications/policy/policy_sections.ts'
import type { Store, StoreDb } from '../../../store/store.ts'

const zeroOrOne = z.union([z.literal(0), z.literal(1)])
const permissionFlags = Object.fromEntries(
  adminApiPermissions.map((permission) => [permission, zeroOrOne]),
) as Record<AdminApiPermission, typeof zeroOrOne>
const shownKeyLength = 4

/** `integration_key` is the application's `ikey`, and `secret_key` its `skey`. */
export const integrationSchema = z.strictObject({
  ...permissionFlags,
  enroll_policy: z.enum(['enroll', 'allow', 'deny']),
  frameless_auth_prompt_enabled: z.literal(0),
  greeting: z.literal(''),
  groups_allowed: z.array(z.string()),
  integration_key: z.string(),
  ip_whitelist: z.array(z.never()),
  ip_whitelist_enroll_policy: z.literal(''),
  name: z.string(),
  networks_for_api_access: z.string().describe('Comma-separated addresses, networks and ranges.'),
  notes: z.string(),
  policy_key: z.string().optional().describe('The policy of the application as a whole.'),
  prompt_v4_enabled: z.literal(0),
  secret_key: z.string().describe('Masked, except in the answer that creates it.'),
  self_service_allowed: z.literal(0),
  sso: z.null(),
  trusted_device_days: z.literal(0),
  type: z.string(),
  user_access: z.enum(userAccesses),
  username_normalization_policy: z.enum(['None', 'Simple']),
  visual_style: z.literal('default'),
})
export type IntegrationObject = z.infer<typeof integrationSchema>

const enrollPolicies = { enroll: 'enroll', 'no-mfa': 'allow', deny: 'deny' } as const

/** Describes applications, with the policy of each and its permitted groups. */
export class IntegrationObjects {
  readonly #policies: Policies
  readonly #attachments: PolicyAttachments
  readonly #permittedGroups: PermittedGroups

  constructor(store: Store) {
    this.#policies = new Policies(store)
    this.#attachments = new PolicyAttachments(store)
    this.#permittedGroups = new PermittedGroups(store)
  }

  async describe(
    integrations: readonly Integration[],
    db: StoreDb,
  ): Promise<readonly IntegrationObject[]> {
    const policies = new Map(
      (await this.#policies.list(db)).map((policy) => [policy.policyKey, policy]),
    )
    const global = [...policies.values()].find(({ isGlobal }) => isGlobal)
    const attached = new Map(
      (await this.#attachments.list(db))
        .filter(({ group }) => group === undefined)
        .map(({ application, policyKey }) => [application.ikey, policyKey]),
    )
    return await Promise.all(
      integrations.map(async (integration) => {
        const policyKey = attached.get(integration.ikey)
        const own = policyKey === undefined ? undefined : policies.get(policyKey)
        const section = own?.sections.new_user ?? global?.sections.new_user
        const groups = await this.#permittedGroups.ofApplicationInTurn(integration.ikey)
        return {
          ...toObject(integration, groups, enrollPolicy(section)),
          ...(policyKey === undefined ? {} : { policy_key: policyKey }),
        }
      }),
    )
  }

  async describeOne(integration: Integration, db: StoreDb): Promise<IntegrationObject> {
    const [described] = await this.describe([integration], db)
    if (described === undefined) throw new Error('no application was described')
    return described
  }
}

function toObject(
  integration: Integration,
  groups: readonly string[],
  enroll_policy: IntegrationObject['enroll_policy'],
): IntegrationObject {
  const { adminApiPermissions: granted, usernameNormalization } = integration
  const flags = adminApiPermissions.map(
    (permission) => [permission, granted.includes(permission) ? 1 : 0] as const,
  )
  return {
    ...(Object.fromEntries(flags) as Record<AdminApiPermission, 0 | 1>),
    enroll_policy,
    frameless_auth_prompt_enabled: 0,
    greeting: '',
    groups_allowed: [...groups],
    integration_key: integration.ikey,
    ip_whitelist: [],
    ip_whitelist_enroll_policy: '',
    name: integration.name,
    networks_for_api_access: integration.apiNetworks.join(','),
    notes: integration.notes,
    prompt_v4_enabled: 0,
    secret_key: maskedKey(integration.skey.reveal()),
    self_service_allowed: 0,
    sso: null,
    trusted_device_days: 0,
    type: integration.type,
    user_access: integration.userAccess,
    username_normalization_policy: usernameNormalization === 'none' ? 'None' : 'Simple',
    visual_style: 'default',
  }
}

function enrollPolicy(section: unknown): IntegrationObject['enroll_policy'] {
  const behavior = isObject(section) ? section.new_user_behavior : undefined
  return behavior === 'no-mfa' || behavior === 'deny' ? enrollPolicies[behavior] : 'enroll'
}

function maskedKey(key: string): string {
  return '*'.repeat(key.length - shownKeyLength) + key.slice(-shownKeyLength)
}
