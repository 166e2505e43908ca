import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { Stalls } from '../../host/stall_meter.ts'
import { Integrations } from '../applications/integrations.ts'
import type { ServiceConfig } from '../config/service_config.ts'
import { ClientAddresses } from '../http/gate/client_address.ts'
import { SignedRequestGate } from '../http/gate/signed_request.ts'
import type { Certified } from '../http/server/certificate_authority.ts'
import { Health } from '../http/server/health.ts'
import type { Face } from '../http/server/http_server.ts'
import { addOperationRoutes } from '../http/server/operation_routes.ts'
import { ServiceMetrics } from '../http/server/service_metrics.ts'
import type { Delivery } from '../messaging/messaging.ts'
import { warnOfCollidingNames } from '../people/colliding_names.ts'
import { liveConfig } from '../settings/live_config.ts'
import { Organisation } from '../settings/organisation.ts'
import { OrganisationLogo } from '../settings/organisation_logo.ts'
import { Settings } from '../settings/settings.ts'
import type { TransactionObserver } from '../sign_in/transaction/transaction.ts'
import type { Store } from '../store/store.ts'
import { currentCertificate, watchCertificate } from './certificate_watch.ts'
import { composeDomain, type Domain } from './domain.ts'
import { composeFaces, type Faces } from './faces.ts'
import { type Bound, type BoundListeners, Listeners } from './listeners.ts'
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
  /** The address for links, such as `https://mfa.example.com`. */
  readonly url: string
  /** The same of the panel. */
  readonly adminUrl: string
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
  readonly transactionObserver: TransactionObserver | undefined
  readonly webFolder: string | undefined
  readonly clock: Clock
  readonly stalls: Stalls
  readonly log: Log
}

/** Composes domain, faces and listeners over an open store, and opens the ports. */
export async function runService(store: Store, given: RunOptions): Promise<Service> {
  const settings = await Settings.load(given.config, store.db)
  const organisation = new Organisation(settings, new OrganisationLogo(given.config))
  await organisation.refresh(store.db)
  const options = { ...given, config: liveConfig(given.config, settings) }
  const { config, folder, clock, log } = options
  await warnOfCollidingNames(store.db, log)
  const domain = await composeDomain(
    store,
    new PublicOrigin(config),
    settings,
    organisation,
    options,
  )
  const clientAddresses = new ClientAddresses(config.trustedProxies)
  const health = new Health(store, clock)
  const faces = composeFaces(domain, config, clientAddresses, health, options)
  const readCertificate = () => currentCertificate(folder, config, clock.now())
  const certified = await readCertificate()
  const listeners = await composeListeners(domain, faces, config, {
    certified,
    clientAddresses,
    health,
    stalls: options.stalls,
  })
  const bound = await openPorts(listeners, domain, options)
  void warnOfLostNotifications(store, log)
  const stopUpkeep = startUpkeep(domain, config, faces)
  const stopWatching = watchCertificate(
    listeners,
    config.certificateFiles,
    certified.certificate,
    readCertificate,
    log,
  )
  return {
    ...bound.public,
    api: config.apiPort === undefined ? undefined : bound.api,
    caFile: certified.caFile,
    url: domain.origin.url,
    adminUrl: domain.origin.adminUrl,
    close: async () => {
      health.stop()
      stopUpkeep()
      stopWatching()
      domain.transactions.close()
      faces.streams.close()
      await Promise.all([faces.messages.close(closeMs / 2), listeners.close(closeMs)])
      await domain.webPush?.close()
      await store.close()
    },
  }
}

/** Builds the listeners; `openPorts` opens their ports. */
async function composeListeners(
  { store, transactions, signIn, origin, clock, log }: Domain,
  faces: Faces,
  config: ServiceConfig,
  {
    certified,
    clientAddresses,
    health,
    stalls,
  }: {
    readonly certified: Certified
    readonly clientAddresses: ClientAddresses
    readonly health: Health
    readonly stalls: Stalls
  },
): Promise<Listeners> {
  const metrics = new ServiceMetrics({
    waitingCalls: () => transactions.waitingCalls,
    joins: () => signIn.joins,
    openApps: () => faces.streams.count,
    messageConnections: () => faces.messages.count,
    openMessages: () => faces.messages.openCalls,
  })
  const signedRequests = new SignedRequestGate({
    db: store.db,
    integrations: new Integrations(store),
    ownHosts: () => origin.signedHosts,
    clientAddresses,
    clock,
    log,
  })
  const operation: Face = (server) =>
    addOperationRoutes(server, health, metrics, config.metrics, clientAddresses)
  return await Listeners.build(
    { ...faces, operation },
    {
      certified,
      signedRequests,
      clientAddresses,
      metrics,
      limits: {
        perApplication: config.requestsPerMinute,
        refusedPerAddress: config.refusedPerMinute,
      },
      connections: config.connections,
      accessLog: config.accessLog,
      clock,
      stalls,
      log,
    },
    config,
  )
}

/** Opens the ports, and stores the address under which the service is reached. */
async function openPorts(
  listeners: Listeners,
  { store, origin }: Domain,
  { config, address, port }: RunOptions,
): Promise<BoundListeners> {
  const { apiInterface: apiAddress, apiPort } = config
  const bound = await listeners.bind({ address, port, apiAddress, apiPort })
  try {
    origin.listensOn({ publicPort: bound.public.port, apiPort: bound.api.port })
    await new ServiceAddress(store).keep(origin.url)
    return bound
  } catch (error) {
    await listeners.close(0)
    throw error
  }
}

/** Without notifications, nodes notice each other's changes only by polling. */
async function warnOfLostNotifications({ wakeUps }: Store, log: Log): Promise<void> {
  if (await wakeUps.reachOtherNodes()) return
  log.warn(
    "the database passes on no notifications (LISTEN), as PgBouncer does with pool_mode=transaction: nodes now look for each other's answers every half second; use pool_mode=session or connect to PostgreSQL directly (docs/postgresql.md)",
  )
}
