import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { Integrations } from '../applications/integrations.ts'
import type { ServiceConfig } from '../config/service_config.ts'
import { ClientAddresses } from '../http/gate/client_address.ts'
import { SignedRequestGate } from '../http/gate/signed_request.ts'
import { Health } from '../http/server/health.ts'
import { addOperationRoutes } from '../http/server/operation_routes.ts'
import { ServiceMetrics } from '../http/server/service_metrics.ts'
import type { Delivery } from '../messaging/messaging.ts'
import { warnOfCollidingNames } from '../people/colliding_names.ts'
import type { Store } from '../store/store.ts'
import { currentCertificate, watchCertificate } from './certificate_watch.ts'
import { composeDomain } from './domain.ts'
import { composeFaces } from './faces.ts'
import { type Bound, Listeners } from './listeners.ts'
import { PublicOrigin } from './public_origin.ts'
import { ServiceAddress } from './service_address.ts'
import { startUpkeep } from './upkeep.ts'

const closeMs = 3_800

/** The MFA service, listening. */
export interface Service {
  readonly address: string
  readonly port: number
  /** The signed API's listener, if it has its own. */
  readonly api: Bound | undefined
  /** The CA certificate that clients must trust; `undefined` if certificate_file is set. */
  readonly caFile: string | undefined
  /** Answers waiting calls, and stops within five seconds. */
  close(): Promise<void>
}

/** What `startService` has settled from its options and the configuration. */
export interface RunOptions {
  readonly config: ServiceConfig
  readonly folder: string
  readonly address: string | undefined
  readonly port: number
  readonly delivery: Delivery | undefined
  readonly webFolder: string | undefined
  readonly clock: Clock
  readonly log: Log
}

/** Composes domain, faces and listeners over an open store, and opens the ports. */
export async function runService(store: Store, options: RunOptions): Promise<Service> {
  const { config, folder, address, port, webFolder, clock, log } = options
  await warnOfCollidingNames(store.db, log)
  const origin = new PublicOrigin(config)
  const domain = await composeDomain(store, origin, options)
  const clientAddresses = new ClientAddresses(config.trustedProxies)
  const health = new Health(store, clock)
  const faces = composeFaces(domain, config, clientAddresses, health, { folder, webFolder })
  const metrics = new ServiceMetrics({
    waitingCalls: () => domain.transactions.waitingCalls,
    openApps: () => faces.streams.count,
  })
  const readCertificate = () => currentCertificate(folder, config, clock.now())
  const certified = await readCertificate()
  const listeners = await Listeners.build(
    {
      ...faces,
      operation: (server) =>
        addOperationRoutes(server, health, metrics, config.metrics, clientAddresses),
    },
    {
      certified,
      signedRequests: new SignedRequestGate({
        db: store.db,
        integrations: new Integrations(store),
        ownHosts: () => origin.signedHosts,
        clientAddresses,
        clock,
        log,
      }),
      clientAddresses,
      metrics,
      limits: {
        perApplication: config.requestsPerMinute,
        refusedPerAddress: config.refusedPerMinute,
      },
      connections: config.connections,
      accessLog: config.accessLog,
      clock,
      log,
    },
    config,
  )
  const { apiInterface: apiAddress, apiPort } = config
  const bound = await listeners.bind({ address, port, apiAddress, apiPort })
  origin.listensOn({ publicPort: bound.public.port, apiPort: bound.api.port })
  await new ServiceAddress(store).keep(origin.url)
  void warnOfLostNotifications(store, log)
  const stopUpkeep = startUpkeep(domain, config.logKeepDays, faces)
  const stopWatching = watchCertificate(
    listeners,
    config.certificateFiles,
    certified.certificate,
    readCertificate,
    log,
  )
  return {
    ...bound.public,
    api: apiPort === undefined ? undefined : bound.api,
    caFile: certified.caFile,
    close: async () => {
      health.stop()
      stopUpkeep()
      stopWatching()
      domain.transactions.close()
      faces.streams.close()
      await listeners.close(closeMs)
      await domain.webPush?.close()
      await store.close()
    },
  }
}

/** Without notifications, nodes notice each other's changes only by polling. */
async function warnOfLostNotifications({ wakeUps }: Store, log: Log): Promise<void> {
  if (await wakeUps.reachOtherNodes()) return
  log.warn(
    "the database passes on no notifications (LISTEN), as PgBouncer does with pool_mode=transaction: nodes now look for each other's answers every half second; use pool_mode=session or connect to PostgreSQL directly (docs/postgresql.md)",
  )
}
