import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import {
  type ApplicationSecrets,
  createApplication,
  deleteApplication,
  revealSecretKey,
  rotateRadiusSecret,
  rotateSecretKey,
  updateApplication,
} from '../../../administration/acts/applications.ts'
import type { Administration } from '../../../administration/administration.ts'
import { adminApiPermissions } from '../../../applications/admin_api_permissions.ts'
import { userAccesses } from '../../../applications/application_settings.ts'
import { catalogue, findProduct } from '../../../applications/client/catalogue.ts'
import { type Integration, Integrations } from '../../../applications/integrations.ts'
import { PermittedGroups } from '../../../applications/permitted_groups.ts'
import { Policies } from '../../../applications/policy/policies.ts'
import { PolicyAttachments } from '../../../applications/policy/policy_attachments.ts'
import { currentProofProtocol } from '../../../applications/proof_protocols.ts'
import { applicationActivity } from '../../../audit/application_activity.ts'
import { Groups } from '../../../people/groups.ts'
import type { Store } from '../../../store/store.ts'
import { InvalidInput, NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import type { ApplicationCfg } from './application_cfg.ts'
import { describeApplication, describeDetails, describeProduct } from './application_description.ts'
import { listQuery } from './list_query.ts'

const weekMs = 7 * 24 * 60 * 60_000
const address = z.string().trim().min(1).max(100)

const settings = z.object({
  name: z.string().max(200),
  enabled: z.boolean(),
  user_access: z.enum(userAccesses),
  permitted_groups: z.array(z.string().max(40)).max(100),
  username_normalization_policy: z.enum(['none', 'simple']),
  signature_v1: z.boolean(),
  notes: z.string().max(1000),
  networks_for_api_access: z.array(address).max(50),
  adminapi_permissions: z.array(z.enum(adminApiPermissions)),
  client: z.object({
    radius_clients: z.array(address).max(50).optional(),
    radius_port: z.number().int().min(1).max(65535).nullish(),
    failmode: z.enum(['safe', 'secure']).nullish(),
    proxies: z.array(address).max(50).optional(),
    radius_timeout_secs: z.number().int().optional(),
    radius_retries: z.number().int().optional(),
    radius_servers: z.number().int().optional(),
  }),
})
const changed = settings.partial()
const created = settings
  .partial()
  .extend({ product: z.string().max(100), name: settings.shape.name })
const removed = z.object({ name: z.string() })

/**
 * Adds the routes of applications.
 *
 * - `GET catalogue` → `{ items }`: what can be protected; `GET catalogue/:id` → one, with `free_name`, a
 *   name that no application has
 * - `GET applications?q&sort&after&limit` → `{ items, next, total }`
 * - `GET applications/:id`; `GET applications/:id/removal` → consequences in numbers
 * - `POST applications` `{ product, name, … }` → `{ application, secret_key, radius_secret, cfg, … }`
 * - `PATCH applications/:id`; `DELETE applications/:id` `{ name }`
 * - `POST applications/:id/reveal`, `…/reset-secret-key`, `…/reset-radius-secret`: the secrets and the
 *   finished configuration
 * - `GET authority` → `{ pem }`: the certificate authority that clients must trust
 */
export function addApplicationRoutes(
  routes: AdminRoutes,
  store: Store,
  cfg: ApplicationCfg,
  clock: Clock,
): void {
  const { db } = store
  const integrations = new Integrations(store)
  const attachments = new PolicyAttachments(store)
  const groups = new Groups()

  const require = async (ikey: string): Promise<Integration> => {
    const app = await integrations.byIkey(ikey, db)
    if (app === undefined) throw new NotFound('there is no such application')
    return app
  }
  const contextOf = async (apps: readonly Integration[]) => {
    const ikeys = apps.map(({ ikey }) => ikey)
    const activity = await applicationActivity(ikeys, clock.now() - weekMs, db)
    const names = new Map(
      (await new Policies(store).list(db)).map(({ policyKey, name }) => [policyKey, name]),
    )
    const attached = Map.groupBy(await attachments.list(db), ({ application }) => application.ikey)
    return (ikey: string) => {
      const own = attached.get(ikey) ?? []
      const key = own.find(({ group }) => group === undefined)?.policyKey
      return {
        activity: activity.get(ikey),
        policy: key === undefined ? undefined : { policyKey: key, name: names.get(key) ?? '' },
        groupPolicies: own.filter(({ group }) => group !== undefined).length,
      }
    }
  }
  const details = async (app: Integration) => {
    const groupIds = await new PermittedGroups(store).ofApplication(app.ikey, db)
    const found = await Promise.all(groupIds.map((groupId) => groups.byId(groupId, db)))
    return describeDetails(app, {
      ...(await contextOf([app]))(app.ikey),
      permittedGroups: found.filter((group) => group !== undefined),
      api: cfg.api,
      proofProtocol: currentProofProtocol(app, clock.now()),
    })
  }
  const withSecrets = async (app: Integration, secrets: ApplicationSecrets) => {
    const setup = cfg.setup(app, secrets)
    return {
      application: await details(app),
      secret_key: secrets.skey.reveal(),
      radius_secret: secrets.radiusSecret?.reveal() ?? null,
      cfg: setup.cfg === undefined ? null : { file_name: setup.cfg.fileName, text: setup.cfg.text },
      aws_values: setup.awsValues,
      authority: cfg.authority ?? null,
    }
  }

  routes.view({
    path: 'catalogue',
    permit: 'applications.view',
    query: nothing,
    answer: async () => ({ items: catalogue.map(describeProduct) }),
  })

  routes.view({
    path: 'catalogue/:id',
    permit: 'applications.view',
    query: nothing,
    answer: async ({ id }) => {
      const product = findProduct(id)
      if (product === undefined) throw new NotFound('there is no such product')
      return {
        ...describeProduct(product),
        free_name: await integrations.freeName(product.name, db),
      }
    },
  })

  routes.view({
    path: 'applications',
    permit: 'applications.view',
    query: listQuery.extend({ sort: z.enum(['name', '-name']).default('name') }),
    answer: async ({ query: { q, after, limit, sort } }) => {
      const search = q === '' ? undefined : q
      const order = { by: 'name', descending: sort === '-name' } as const
      const page = await integrations.page({ search, after, limit, sort: order }, db)
      const context = await contextOf(page.items)
      return {
        items: page.items.map((app) => describeApplication(app, context(app.ikey))),
        next: page.next,
        total: await integrations.total({ search }, db),
      }
    },
  })

  routes.view({
    path: 'applications/:id',
    permit: 'applications.view',
    query: nothing,
    answer: async ({ id }) => await details(await require(id)),
  })

  routes.view({
    path: 'applications/:id/removal',
    permit: 'applications.view',
    query: nothing,
    answer: async ({ id }) => {
      const app = await require(id)
      const context = (await contextOf([app]))(id)
      return {
        name: app.name,
        sign_ins_7_days: context.activity?.signIns ?? 0,
        last_used: context.activity?.lastUsed ?? null,
        policies: context.groupPolicies + (context.policy === undefined ? 0 : 1),
      }
    },
  })

  routes.act({
    method: 'POST',
    path: 'applications',
    body: created,
    answer: async ({ body: { product: id, ...body }, administration }) => {
      const product = findProduct(id)
      if (product === undefined) throw new InvalidInput('product', 'product: it is unknown.')
      const app = await administration.run(createApplication, {
        ...toChange(body),
        name: body.name,
        type: product.type,
        product: product.id,
      })
      const radiusSecret = await integrations.radiusSecret(app.ikey, db)
      return await withSecrets(app, { skey: app.skey, radiusSecret })
    },
  })

  routes.act({
    method: 'PATCH',
    path: 'applications/:id',
    body: changed,
    answer: async ({ id, body, administration }) => {
      const integration = await require(id)
      const change = toChange(body)
      const client = body.client === undefined ? {} : { client: mergedClient(integration, body) }
      await administration.run(updateApplication, {
        integration,
        change: { ...change, ...client },
      })
      return await details(await require(id))
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'applications/:id',
    body: removed,
    answer: async ({ id, body: { name }, administration }) => {
      const integration = await require(id)
      if (name.trim() !== integration.name) {
        throw new InvalidInput('name', 'The name is not that of the application.')
      }
      await administration.run(deleteApplication, { integration })
      return { removed: true }
    },
  })

  const addSecretRoute = (
    path: string,
    work: (app: Integration, administration: Administration) => Promise<ApplicationSecrets>,
  ) =>
    routes.act({
      method: 'POST',
      path: `applications/:id/${path}`,
      body: nothing,
      answer: async ({ id, administration }) => {
        const integration = await require(id)
        return await withSecrets(integration, await work(integration, administration))
      },
    })
  addSecretRoute('reveal', (integration, administration) =>
    administration.run(revealSecretKey, { integration }),
  )
  addSecretRoute('reset-secret-key', async (integration, administration) => ({
    skey: await administration.run(rotateSecretKey, { integration }),
    radiusSecret: await integrations.radiusSecret(integration.ikey, db),
  }))
  addSecretRoute('reset-radius-secret', async (integration, administration) => ({
    radiusSecret: await administration.run(rotateRadiusSecret, { integration }),
    skey: integration.skey,
  }))

  routes.view({
    path: 'authority',
    permit: 'applications.view',
    query: nothing,
    answer: async () => ({ pem: cfg.authority ?? null }),
  })
}

function toChange(body: z.infer<typeof changed>) {
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
    ...(body.user_access === undefined ? {} : { userAccess: body.user_access }),
    ...(body.permitted_groups === undefined ? {} : { permittedGroups: body.permitted_groups }),
    ...(body.username_normalization_policy === undefined
      ? {}
      : { usernameNormalization: body.username_normalization_policy }),
    ...(body.signature_v1 === undefined ? {} : { signatureV1: body.signature_v1 }),
    ...(body.notes === undefined ? {} : { notes: body.notes }),
    ...(body.networks_for_api_access === undefined
      ? {}
      : { apiNetworks: body.networks_for_api_access }),
    ...(body.adminapi_permissions === undefined
      ? {}
      : { adminApiPermissions: body.adminapi_permissions }),
    ...(body.client === undefined ? {} : { client: toClient(body.client) }),
  }
}

type ClientBody = z.infer<typeof settings>['client']

function toClient(client: ClientBody): Integration['client'] {
  const { radius_clients: radiusClients, radius_port: port, failmode, proxies } = client
  const { radius_timeout_secs: radiusTimeoutSecs } = client
  const { radius_retries: radiusRetries, radius_servers: radiusServers } = client
  return {
    ...(radiusClients === undefined ? {} : { radiusClients }),
    ...(port === undefined || port === null ? {} : { radiusPort: port }),
    ...(failmode === undefined || failmode === null ? {} : { failmode }),
    ...(proxies === undefined ? {} : { proxies }),
    ...(radiusTimeoutSecs === undefined ? {} : { radiusTimeoutSecs }),
    ...(radiusRetries === undefined ? {} : { radiusRetries }),
    ...(radiusServers === undefined ? {} : { radiusServers }),
  }
}

function mergedClient({ client }: Integration, body: z.infer<typeof changed>) {
  return { ...client, ...toClient(body.client ?? {}) }
}
