import {
  type Integration,
  type IntegrationSettings,
  Integrations,
  type IntegrationType,
  type NewIntegration,
} from '../../applications/integrations.ts'
import { act } from '../act.ts'
import type { Permit } from '../roles.ts'

/** The application that an act is about. */
interface OneApplication {
  readonly integration: Integration
}

interface ApplicationChange extends OneApplication {
  readonly change: Partial<IntegrationSettings>
}

/** @throws {AccessError} As `Integrations.create`. */
export const createApplication = act({
  name: 'integration_create',
  permits: ({ type }: NewIntegration) => applicationPermits(type),
  do: ({ store, db, now }, integration: NewIntegration) =>
    new Integrations(store).create(integration, now, db),
  log: (_, { name, ikey, type }) => ({ object: name, description: `${ikey} ${type}` }),
})

/** @throws {AccessError} As `Integrations.update`. */
export const updateApplication = act({
  name: 'integration_update',
  permits: ({ integration }: ApplicationChange) => applicationPermits(integration.type),
  do: ({ store, db }, { integration, change }: ApplicationChange) =>
    new Integrations(store).update(integration.ikey, change, db),
  log: ({ integration, change }) => ({ object: integration.name, description: { ...change } }),
})

/** Replaces the secret key; the old one stops working. @returns The new secret key. */
export const rotateSecretKey = act({
  name: 'integration_skey_rotate',
  permits: ({ integration }: OneApplication) => applicationPermits(integration.type),
  do: ({ store, db }, { integration }: OneApplication) =>
    new Integrations(store).rotateSkey(integration.ikey, db),
  log: ({ integration }) => ({ object: integration.name, description: integration.ikey }),
})

export const deleteApplication = act({
  name: 'integration_delete',
  permits: ({ integration }: OneApplication) => applicationPermits(integration.type),
  do: ({ store, db }, { integration }: OneApplication) =>
    new Integrations(store).remove(integration.ikey, db),
  log: ({ integration }) => ({ object: integration.name, description: integration.ikey }),
})

/** An application that calls the Admin API can do everything, so only Owners manage it. */
function applicationPermits(type: IntegrationType): readonly Permit[] {
  return type === 'adminapi' ? ['api_applications.edit'] : ['applications.edit']
}
