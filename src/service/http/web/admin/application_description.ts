import type { Product } from '../../../applications/client/product.ts'
import { clientRetries } from '../../../applications/client/retry_schedule.ts'
import type { Integration } from '../../../applications/integrations.ts'
import type { PolicyName } from '../../../applications/policy/policy_layers.ts'
import type { ApplicationActivity } from '../../../audit/application_activity.ts'

/** A group as a link shows it. */
interface GroupName {
  readonly groupId: string
  readonly name: string
}

/** What is read besides the application itself. */
export interface ApplicationContext {
  readonly activity: ApplicationActivity | undefined
  /** The policy of the application as a whole. */
  readonly policy: PolicyName | undefined
  readonly groupPolicies: number
}

/** An application in a list; without secrets. */
export function describeApplication(
  app: Integration,
  { activity, policy, groupPolicies }: ApplicationContext,
) {
  return {
    integration_key: app.ikey,
    name: app.name,
    type: app.type,
    product: app.product,
    enabled: app.enabled,
    user_access: app.userAccess,
    policy:
      policy === undefined ? null : { policy_key: policy.policyKey, policy_name: policy.name },
    group_policies: groupPolicies,
    last_used: activity?.lastUsed ?? null,
    sign_ins_7_days: activity?.signIns ?? 0,
    created: app.created,
  }
}

/** An application on its page. */
export function describeDetails(
  app: Integration,
  context: ApplicationContext & {
    readonly permittedGroups: readonly GroupName[]
    readonly api: { readonly host: string; readonly port: number }
    /** CHAP or MS-CHAP, if the application uses one now. */
    readonly proofProtocol: string | undefined
  },
) {
  const { client } = app
  const { timeoutSecs, retries, servers } = clientRetries(app)
  return {
    ...describeApplication(app, context),
    api_hostname: context.api.host,
    api_port: context.api.port,
    username_normalization_policy: app.usernameNormalization,
    signature_v1: app.signatureV1,
    notes: app.notes,
    permitted_groups: context.permittedGroups.map(({ groupId, name }) => ({
      group_id: groupId,
      name,
    })),
    networks_for_api_access: app.apiNetworks,
    adminapi_permissions: app.adminApiPermissions,
    secret_key_created: app.skeyCreated,
    proof_protocol: context.proofProtocol ?? null,
    client: {
      radius_clients: client.radiusClients ?? [],
      radius_port: client.radiusPort ?? null,
      failmode: client.failmode ?? null,
      proxies: client.proxies ?? [],
      radius_timeout_secs: timeoutSecs,
      radius_retries: retries,
      radius_servers: servers,
    },
  }
}

/** An entry of the catalogue. */
export function describeProduct({ radius, ...product }: Product) {
  return {
    ...product,
    radius:
      radius === undefined
        ? null
        : {
            timeout_secs: radius.timeoutSecs,
            retries: radius.retries,
            port: radius.port,
            protocol: radius.protocol,
            steps: radius.steps,
          },
  }
}
