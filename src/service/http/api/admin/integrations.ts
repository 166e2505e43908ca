import { z } from 'zod'
import {
  createApplication,
  deleteApplication,
  revealSecretKey,
  rotateSecretKey,
  updateApplication,
} from '../../../administration/acts/applications.ts'
import {
  attachPolicy,
  detachPolicy,
  editApplicationPolicy,
} from '../../../administration/acts/policies.ts'
import type { RunAct } from '../../../administration/administration.ts'
import {
  type AdminApiPermission,
  adminApiPermissions,
} from '../../../applications/admin_api_permissions.ts'
import { userAccesses } from '../../../applications/application_settings.ts'
import {
  type Integration,
  Integrations,
  integrationTypes,
} from '../../../applications/integrations.ts'
import { Policies, type Policy } from '../../../applications/policy/policies.ts'
import type { Store, StoreDb } from '../../../store/store.ts'
import { done, type Endpoint, endpoint, list, nothing, oldestFirst } from './endpoint.ts'
import { IntegrationObjects, integrationSchema } from './integration_object.ts'
import { choice, filled, flag, integer, invalid, text, texts } from './parameters.ts'
import { about, unknown } from './refusal.ts'

const versions = ['v1', 'v2', 'v3'] as const
const maxNameLength = 255
const maxNotesLength = 512
const maxGroups = 100
const maxNetworks = 50

const permissionFlags = Object.fromEntries(
  adminApiPermissions.map((permission) => [permission, flag().optional()]),
) as Record<AdminApiPermission, z.ZodOptional<ReturnType<typeof flag>>>
const noGreeting = text(512)
  .refine((greeting) => greeting === '', 'greetings are not supported')
  .optional()

const settings = {
  ...permissionFlags,
  enroll_policy: choice(['enroll', 'allow', 'deny'])
    .optional()
    .describe("The section new_user of the application's own policy."),
  greeting: noGreeting,
  groups_allowed: texts(maxGroups).optional().describe('Identifiers of groups.'),
  networks_for_api_access: texts(maxNetworks).optional().describe('For type adminapi.'),
  notes: text(maxNotesLength).optional(),
  policy_key: text(64).optional().describe('Empty to detach the policy of the application.'),
  prompt_v4_enabled: flag().optional().describe('Ignored.'),
  self_service_allowed: flag().optional().describe('Ignored.'),
  trusted_device_days: integer(0, 60).optional().describe('Ignored.'),
  user_access: choice(userAccesses).optional(),
  username_normalization_policy: choice(['none', 'simple']).optional(),
} as const
type Settings = z.output<z.ZodObject<typeof settings>>

/** Applications (duo.com/docs/adminapi, "Integrations"). */
export function integrationEndpoints(store: Store): readonly Endpoint[] {
  return versions.flatMap((version) => endpointsOfVersion(version, store))
}

function endpointsOfVersion(version: (typeof versions)[number], store: Store): readonly Endpoint[] {
  const integrations = new Integrations(store)
  const policies = new Policies(store)
  const objects = new IntegrationObjects(store)
  const permission = 'adminapi_integrations'
  const base = `/admin/${version}/integrations` as const

  const requireIntegration = async (ikey: string, db: StoreDb): Promise<Integration> => {
    const integration = await integrations.byIkey(ikey, db)
    if (integration === undefined) throw unknown('integration_key')
    return integration
  }

  return [
    list({
      method: 'GET',
      path: base,
      permission,
      summary: 'Lists applications; their secret keys are masked.',
      parameters: {},
      item: integrationSchema,
      answer: async ({ db }, page) => {
        const { items } = await integrations.page({ ...page, sort: oldestFirst }, db)
        return {
          items: await objects.describe(items, db),
          total: await integrations.total({}, db),
        }
      },
    }),
    endpoint({
      method: 'POST',
      path: base,
      permission,
      summary: 'Creates an application. The answer has its secret key.',
      parameters: { name: filled(maxNameLength), type: choice(integrationTypes), ...settings },
      response: integrationSchema,
      answer: async ({ parameters: { name, type, ...given }, administration, db }) => {
        requireAdminApi(type, given)
        const policy = await readPolicyRequest(undefined, given, policies, db)
        const created = await administration.together(async (run) => {
          const integration = await run(createApplication, { name, type, ...toChange([], given) })
          await changePolicy(integration, policy, run)
          return integration
        })
        return {
          ...(await objects.describeOne(created, db)),
          secret_key: created.skey.reveal(),
        }
      },
    }),
    endpoint({
      method: 'GET',
      path: `${base}/:integration_key`,
      permission,
      summary: 'Shows an application; its secret key is masked.',
      parameters: {},
      response: integrationSchema,
      answer: async ({ id, db }) =>
        objects.describeOne(await requireIntegration(id('integration_key'), db), db),
    }),
    endpoint({
      method: 'POST',
      path: `${base}/:integration_key`,
      permission,
      summary: 'Changes an application. With reset_secret_key, the answer has the new secret key.',
      parameters: {
        name: filled(maxNameLength).optional(),
        reset_secret_key: text(64).optional().describe('Any value but 0 or an empty one.'),
        ...settings,
      },
      response: integrationSchema,
      answer: async ({ id, parameters, administration, db }) => {
        const { name, reset_secret_key: reset = '', ...given } = parameters
        const integration = await requireIntegration(id('integration_key'), db)
        requireAdminApi(integration.type, given)
        const policy = await readPolicyRequest(integration, given, policies, db)
        const change = {
          ...(name === undefined ? {} : { name }),
          ...toChange(integration.adminApiPermissions, given),
        }
        const skey = await administration.together(async (run) => {
          if (Object.keys(change).length > 0) {
            await run(updateApplication, { integration, change })
          }
          await changePolicy(integration, policy, run)
          return isOn(reset) ? await run(rotateSecretKey, { integration }) : undefined
        })
        return {
          ...(await objects.describeOne(await requireIntegration(integration.ikey, db), db)),
          ...(skey === undefined ? {} : { secret_key: skey.reveal() }),
        }
      },
    }),
    endpoint({
      method: 'GET',
      path: `${base}/:integration_key/skey`,
      permission,
      summary: 'Reveals the secret key of an application. The administrator log names who asked.',
      parameters: {},
      response: z.strictObject({ secret_key: z.string() }),
      answer: async ({ id, administration, db }) => {
        const integration = await requireIntegration(id('integration_key'), db)
        const { skey } = await administration.run(revealSecretKey, { integration })
        return { secret_key: skey.reveal() }
      },
    }),
    endpoint({
      method: 'DELETE',
      path: `${base}/:integration_key`,
      permission,
      summary: 'Deletes an application. An unknown key is no error.',
      parameters: {},
      response: nothing,
      answer: async ({ id, administration, db }) => {
        const integration = await integrations.byIkey(id('integration_key'), db)
        if (integration !== undefined) await administration.run(deleteApplication, { integration })
        return done
      },
    }),
  ]
}

function isOn(value: string): boolean {
  return value !== '' && value !== '0' && value.toLowerCase() !== 'false'
}

/** @throws {AuthApiFailure} 40002 if a setting of Admin API applications is given for another type. */
function requireAdminApi(type: string, given: Settings): void {
  if (type === 'adminapi') return
  const name = [...adminApiPermissions, 'networks_for_api_access' as const].find((each) => {
    const value = given[each]
    return Array.isArray(value) ? value.length > 0 : value === true
  })
  if (name !== undefined) throw invalid(name, 'only applications of type adminapi have it')
}

function toChange(before: readonly AdminApiPermission[], given: Settings) {
  const sets = adminApiPermissions.some((permission) => given[permission] !== undefined)
  const after = adminApiPermissions.filter(
    (permission) => given[permission] ?? before.includes(permission),
  )
  const { groups_allowed: groups, user_access: access } = given
  const userAccess =
    access ??
    (groups === undefined ? undefined : groups.length > 0 ? 'PERMITTED_GROUPS' : 'ALL_USERS')
  return {
    ...(sets ? { adminApiPermissions: after } : {}),
    ...(groups === undefined ? {} : { permittedGroups: groups }),
    ...(userAccess === undefined ? {} : { userAccess }),
    ...(given.networks_for_api_access === undefined
      ? {}
      : { apiNetworks: given.networks_for_api_access }),
    ...(given.notes === undefined ? {} : { notes: given.notes }),
    ...(given.username_normalization_policy === undefined
      ? {}
      : { usernameNormalization: given.username_normalization_policy }),
  }
}

const newUsers = { enroll: 'enroll', allow: 'no-mfa', deny: 'deny' } as const

/** What a request changes about the policy of an application. */
interface PolicyRequest {
  readonly attach: Policy | undefined
  readonly detach: Policy | undefined
  readonly enrollPolicy: keyof typeof newUsers | undefined
}

/** @throws {AuthApiFailure} 40002 for an unknown policy. */
async function readPolicyRequest(
  integration: Integration | undefined,
  { policy_key: policyKey, enroll_policy: enrollPolicy }: Settings,
  policies: Policies,
  db: StoreDb,
): Promise<PolicyRequest> {
  if (policyKey === undefined) return { attach: undefined, detach: undefined, enrollPolicy }
  if (policyKey === '') {
    const detach =
      integration === undefined ? undefined : await policies.ofApplication(integration.ikey, db)
    return { attach: undefined, detach, enrollPolicy }
  }
  const attach = await policies.byKey(policyKey, db)
  if (attach === undefined) throw invalid('policy_key', 'there is no such policy')
  return { attach, detach: undefined, enrollPolicy }
}

async function changePolicy(
  integration: Integration,
  { attach, detach, enrollPolicy }: PolicyRequest,
  run: RunAct,
): Promise<void> {
  const place = { kind: 'application', integration } as const
  if (detach !== undefined) await run(detachPolicy, { policy: detach, place })
  if (attach !== undefined) await run(attachPolicy, { policy: attach, place })
  if (enrollPolicy === undefined) return
  const change = { newUsers: newUsers[enrollPolicy] }
  await about('enroll_policy', run(editApplicationPolicy, { integration, change }))
}
