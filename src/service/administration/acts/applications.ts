import { Secret } from '../../../host/secret.ts'
import { AccessError } from '../../applications/access_error.ts'
import type { ApplicationSettings } from '../../applications/application_settings.ts'
import {
  type Integration,
  type IntegrationSettings,
  Integrations,
  type IntegrationType,
  isOwnType,
  type NewIntegration,
} from '../../applications/integrations.ts'
import { PermittedGroups } from '../../applications/permitted_groups.ts'
import { isNetwork } from '../../applications/policy/policy_networks.ts'
import { changedFields, removedFields } from '../../audit/changes.ts'
import { Groups } from '../../people/groups.ts'
import { newRadiusSecret } from '../../store/identifier.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import { act } from '../act.ts'
import { approval } from '../approval.ts'
import type { Permit } from '../roles.ts'

/** The application that an act is about. */
interface OneApplication {
  readonly integration: Integration
}

/** What can be changed of an application. */
export type ApplicationSettingsChange = Partial<IntegrationSettings> & {
  /** Replaces the groups that it admits with user access `PERMITTED_GROUPS`. */
  readonly permittedGroups?: readonly string[]
}

interface ApplicationChange extends OneApplication {
  readonly change: ApplicationSettingsChange
}

type NewApplication = NewIntegration & Pick<ApplicationSettingsChange, 'permittedGroups'>

/** @throws {AccessError} As `Integrations.create`. */
export const createApplication = act({
  name: 'integration_create',
  permits: ({ type }: NewApplication) => applicationPermits(type),
  approval: approval({
    when: ({ client }: NewApplication) => client?.failmode === 'safe',
    summary: ({ name }: NewApplication) =>
      `Protect ${name} with failmode=safe: people get in while the service can't be reached`,
    keep: (added: NewApplication) => added,
    restore: (added) => added,
    deliver: ({ ikey, skey }: Integration) => ({ ikey, skey: skey.reveal() }),
  }),
  do: async ({ store, db, now }, { permittedGroups, ...integration }: NewApplication) => {
    requireNetworks(integration)
    const integrations = new Integrations(store)
    const created = await integrations.create(integration, now, db)
    if (created.type === 'radius') {
      await integrations.setRadiusSecret(created.ikey, new Secret(newRadiusSecret()), db)
    }
    await setPermittedGroups(store, created.ikey, permittedGroups, db)
    return created
  },
  log: ({ permittedGroups }, created) => ({
    ...describe(created),
    description: `${created.ikey} ${created.type}`,
    changes: changedFields(
      {},
      loggedFields({ ...created, ...(permittedGroups && { permittedGroups }) }),
    ),
  }),
})

/** @throws {AccessError} As `Integrations.update`. */
export const updateApplication = act({
  name: 'integration_update',
  permits: ({ integration }: ApplicationChange) => applicationPermits(integration.type),
  approval: approval({
    watch: async ({ integration: { ikey } }: ApplicationChange, { store, db }) => {
      const isSafe = async () =>
        (await new Integrations(store).byIkey(ikey, db))?.client.failmode === 'safe'
      const before = await isSafe()
      return async () => !before && (await isSafe())
    },
    summary: ({ integration }: ApplicationChange) =>
      `Set failmode=safe for ${integration.name}: people get in while the service can't be reached`,
    keep: ({ integration, change }: ApplicationChange) => ({ ikey: integration.ikey, change }),
    restore: async ({ ikey, change }, { store, db }) => ({
      integration: await find(ikey, store, db),
      change,
    }),
  }),
  do: async ({ store, db }, { integration, change }: ApplicationChange) => {
    const { permittedGroups, ...settings } = change
    requireNetworks(settings)
    await new Integrations(store).update(integration.ikey, settings, db)
    await setPermittedGroups(store, integration.ikey, permittedGroups, db)
  },
  before: async ({ store, db }, { integration }: ApplicationChange) => ({
    ...((await new Integrations(store).byIkey(integration.ikey, db)) ?? integration),
    permittedGroups: await new PermittedGroups(store).ofApplication(integration.ikey, db),
  }),
  log: ({ integration, change }, _, before) => ({
    ...describe(integration),
    description: {
      ...change,
      client: change.client === undefined ? undefined : JSON.stringify(change.client),
    },
    changes: changedFields(loggedFields(before), loggedFields(change)),
  }),
})

/** Replaces the secret key; the old one stops working. @returns The new secret key. */
export const rotateSecretKey = act({
  name: 'integration_skey_rotate',
  permits: ({ integration }: OneApplication) => applicationPermits(integration.type),
  stepUp: true,
  approval: approval({
    summary: ({ integration }: OneApplication) => `Reset the secret key of ${integration.name}`,
    keep: ({ integration }) => ({ ikey: integration.ikey }),
    restore: async ({ ikey }, { store, db }) => ({ integration: await find(ikey, store, db) }),
    deliver: (skey: Secret) => ({ skey: skey.reveal() }),
  }),
  do: ({ store, db, now }, { integration }: OneApplication) =>
    new Integrations(store).rotateSkey(integration.ikey, now, db),
  log: ({ integration }, skey) => ({
    ...describe(integration),
    description: integration.ikey,
    changes: changedFields({ skey: integration.skey }, { skey }),
  }),
})

/** The secrets of an application. */
export interface ApplicationSecrets {
  readonly skey: Secret
  /** Shared with its RADIUS clients; `undefined` if it has none. */
  readonly radiusSecret: Secret | undefined
}

/** Shows the secrets of an application again. */
export const revealSecretKey = act({
  name: 'integration_skey_reveal',
  permits: ({ integration }: OneApplication) => applicationPermits(integration.type),
  stepUp: true,
  approval: approval({
    summary: ({ integration }: OneApplication) => `Reveal the secrets of ${integration.name}`,
    keep: ({ integration }) => ({ ikey: integration.ikey }),
    restore: async ({ ikey }, { store, db }) => ({ integration: await find(ikey, store, db) }),
    deliver: ({ skey, radiusSecret }: ApplicationSecrets) => ({
      skey: skey.reveal(),
      ...(radiusSecret === undefined ? {} : { radius_secret: radiusSecret.reveal() }),
    }),
  }),
  do: async ({ store, db }, { integration }: OneApplication): Promise<ApplicationSecrets> => {
    const integrations = new Integrations(store)
    const present = await integrations.byIkey(integration.ikey, db)
    if (present === undefined) throw applicationGone(integration)
    return {
      skey: present.skey,
      radiusSecret: await integrations.radiusSecret(integration.ikey, db),
    }
  },
  log: ({ integration }) => ({ ...describe(integration), description: integration.ikey }),
})

/** Replaces the RADIUS secret; the proxy and its clients need the new one. */
export const rotateRadiusSecret = act({
  name: 'integration_radius_secret_rotate',
  permits: ({ integration }: OneApplication) => applicationPermits(integration.type),
  stepUp: true,
  do: async ({ store, db }, { integration }: OneApplication) => {
    const secret = new Secret(newRadiusSecret())
    await new Integrations(store).setRadiusSecret(integration.ikey, secret, db)
    return secret
  },
  log: ({ integration }, secret) => ({
    ...describe(integration),
    description: integration.ikey,
    changes: changedFields({ radius_secret: secret }, { radius_secret: secret }),
  }),
})

/** A sign-in that an administrator starts to test an application. */
export interface TestSignIn extends OneApplication {
  readonly username: string
  /** `push`, `phone`, `sms` or `passcode`. */
  readonly factor: string
  /** How the request reached the service: `service`, or `radius` and the address of a proxy. */
  readonly by: string
}

/** Permits and logs a test sign-in, which asks a real user for a factor. */
export const testSignIn = act({
  name: 'integration_test',
  permits: ({ integration }: TestSignIn) => applicationPermits(integration.type),
  do: async ({ store, db }, { integration }) => {
    const present = await new Integrations(store).byIkey(integration.ikey, db)
    if (present === undefined) throw applicationGone(integration)
    return present
  },
  log: ({ integration, username, factor, by }) => ({
    ...describe(integration),
    description: { user: username, factor, by },
  }),
})

/**
 * Deletes an application, but not the portal or the Admin Panel: they would be created again, enabled and
 * without their policies.
 *
 * @throws {AccessError} `ACCESS_OWN_APPLICATION`
 */
export const deleteApplication = act({
  name: 'integration_delete',
  permits: ({ integration }: OneApplication) => applicationPermits(integration.type),
  do: async ({ store, db }, { integration }: OneApplication) => {
    const { name, type, ikey } = integration
    if (isOwnType(type)) {
      throw new AccessError(
        'ACCESS_OWN_APPLICATION',
        `${name} is a part of the service and can't be removed; disable it to turn it off`,
      )
    }
    return await new Integrations(store).remove(ikey, db)
  },
  log: ({ integration }) => ({
    ...describe(integration),
    description: integration.ikey,
    changes: removedFields({ name: integration.name, type: integration.type }),
  }),
})

function describe({ name, ikey }: Integration) {
  return { object: name, objectKind: 'application', objectId: ikey } as const
}

/** The fields of an application under their names in the Admin API. */
function loggedFields(fields: ApplicationSettingsChange & Partial<Pick<Integration, 'type'>>) {
  return {
    name: fields.name,
    type: fields.type,
    username_normalization: fields.usernameNormalization,
    signature_v1: fields.signatureV1,
    enabled: fields.enabled,
    user_access: fields.userAccess,
    groups_allowed: fields.permittedGroups,
    notes: fields.notes,
    networks_for_api_access: fields.apiNetworks,
    adminapi_permissions: fields.adminApiPermissions,
    client: fields.client,
  }
}

/** @throws {AccessError} `ACCESS_GONE` */
async function find(ikey: string, store: Store, db: StoreDb): Promise<Integration> {
  const integration = await new Integrations(store).byIkey(ikey, db)
  if (integration !== undefined) return integration
  throw new AccessError('ACCESS_GONE', 'the application was removed')
}

/** An application that calls the Admin API can do everything, so only Owners manage it. */
function applicationPermits(type: IntegrationType): readonly Permit[] {
  return type === 'adminapi' ? ['api_applications.edit'] : ['applications.edit']
}

function applicationGone({ name }: Integration): AccessError {
  return new AccessError('ACCESS_GONE', `the application '${name}' was removed meanwhile`)
}

/** @throws {AccessError} `ACCESS_SETTING` */
function requireNetworks({ apiNetworks = [], client }: Partial<ApplicationSettings>): void {
  const wrong = [...apiNetworks, ...(client?.radiusClients ?? [])].find((text) => !isNetwork(text))
  if (wrong === undefined) return
  throw new AccessError(
    'ACCESS_SETTING',
    `'${wrong}' is not an address, a network such as 10.0.1.0/24, or a range`,
  )
}

/** @throws {AccessError} `ACCESS_SETTING` */
async function setPermittedGroups(
  store: Store,
  ikey: string,
  groupIds: readonly string[] | undefined,
  db: StoreDb,
): Promise<void> {
  if (groupIds === undefined) return
  const groups = new Groups()
  for (const groupId of groupIds) {
    if ((await groups.byId(groupId, db)) !== undefined) continue
    throw new AccessError('ACCESS_SETTING', `there is no group ${groupId}`)
  }
  await new PermittedGroups(store).set(ikey, groupIds, db)
}
