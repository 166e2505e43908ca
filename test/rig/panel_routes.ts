import fastify from 'fastify'
import { systemClock } from '../../src/host/clock.ts'
import { silentLog } from '../../src/host/log.ts'
import { composeAdmin } from '../../src/service/compose/admin_face.ts'
import { composeDomain } from '../../src/service/compose/domain.ts'
import { PublicOrigin } from '../../src/service/compose/public_origin.ts'
import { defaultConfig } from '../../src/service/config/service_config.ts'
import { ClientAddresses } from '../../src/service/http/gate/client_address.ts'
import { Organisation } from '../../src/service/settings/organisation.ts'
import { OrganisationLogo } from '../../src/service/settings/organisation_logo.ts'
import { Settings } from '../../src/service/settings/settings.ts'
import type { TestService } from './service.ts'

/** A route of the panel's API. */
export interface PanelRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/admin/api/`: `users/:id`. */
  readonly path: string
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const prefix = '/admin/api/'

/** The routes of the panel, from Fastify's list. */
export async function panelRoutes({ store, folder }: TestService): Promise<readonly PanelRoute[]> {
  const config = defaultConfig(folder)
  const settings = await Settings.load(config, store.db)
  const organisation = new Organisation(settings, new OrganisationLogo(config))
  const effects = { config, folder, delivery: undefined, clock: systemClock, log: silentLog }
  const origin = new PublicOrigin(config)
  const domain = await composeDomain(store, origin, settings, organisation, effects)
  const { face } = composeAdmin(domain, new ClientAddresses([]), {
    triesPerAddress: 1,
    testMode: true,
    providers: { mail: 'off', sms: 'off', phone: 'off' },
    apiDocument: () => ({}),
    apiPlace: () => {
      throw new Error('no request is answered')
    },
  })
  const server = fastify()
  const routes: PanelRoute[] = []
  server.addHook('onRoute', ({ method, url }) => {
    const path = url.slice(prefix.length)
    if (path === '*') return
    for (const one of [method].flat()) {
      const known = methods.find((name) => name === one)
      if (known !== undefined) routes.push({ method: known, path })
    }
  })
  // @ts-expect-error the panel asks no gate of the other faces
  await face(server, {})
  await server.ready()
  await server.close()
  domain.transactions.close()
  return routes
}
