import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Clock, systemClock } from '../../host/clock.ts'
import { type Log, silentLog } from '../../host/log.ts'
import type { Secret } from '../../host/secret.ts'
import { Integrations } from '../applications/integrations.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import { AuthenticationLog } from '../audit/authentication_log.ts'
import { LogRetention } from '../audit/log_retention.ts'
import { TelephonyLog } from '../audit/telephony_log.ts'
import { BypassCodes } from '../authenticators/bypass/bypass_codes.ts'
import { SpokenPasscodes } from '../authenticators/call/spoken_passcodes.ts'
import { Tokens } from '../authenticators/oath/oath_tokens.ts'
import { Phones } from '../authenticators/phone/phones.ts'
import { PushDevices } from '../authenticators/push/push_devices.ts'
import { VerificationCodes } from '../authenticators/push/verification_codes.ts'
import { SmsPasscodes } from '../authenticators/sms/sms_passcodes.ts'
import { Yubikeys } from '../authenticators/yubikey/yubikeys.ts'
import { buildPublicUrl, clientHosts } from '../config/public_url.ts'
import { defaultConfig, type ServiceConfig } from '../config/service_config.ts'
import { addRestV1 } from '../http/api/rest_v1/rest_v1.ts'
import { ClientAddresses } from '../http/gate/client_address.ts'
import { CertificateError, serverCertificate } from '../http/server/certificate_files.ts'
import { Health } from '../http/server/health.ts'
import type { Face } from '../http/server/http_server.ts'
import { ServiceMetrics } from '../http/server/service_metrics.ts'
import { CallConversation } from '../http/voice/call_conversation.ts'
import { OutboxCalls } from '../http/voice/outbox_calls.ts'
import { addVoice, type VoiceParts } from '../http/voice/voice.ts'
import { addAssets } from '../http/web/assets/assets.ts'
import { addPages } from '../http/web/assets/pages.ts'
import { addOutboxPage } from '../http/web/outbox/outbox_page.ts'
import { addPortal } from '../http/web/portal/portal.ts'
import { addPushApp } from '../http/web/push_app/push_app.ts'
import { configuredDelivery } from '../messaging/configured_messaging.ts'
import { type Delivery, DeliveryError } from '../messaging/messaging.ts'
import { Outbox } from '../messaging/outbox/outbox.ts'
import { outboxKey } from '../messaging/outbox/outbox_key.ts'
import { VoiceAddresses } from '../messaging/voice/voice_address.ts'
import { warnOfCollidingNames } from '../people/colliding_names.ts'
import { Enrollment } from '../people/enrolment/enrolment.ts'
import { Invitations } from '../people/enrolment/invitations.ts'
import { PortalLinks } from '../people/enrolment/portal_links.ts'
import { Groups } from '../people/groups.ts'
import { Users } from '../people/users.ts'
import { GeoipDatabaseError } from '../place/geoip_database.ts'
import { Places } from '../place/places.ts'
import { NoticeMail } from '../self_service/notice_mail.ts'
import { Authentication } from '../sign_in/authentication.ts'
import { FraudAlert } from '../sign_in/fraud_alert.ts'
import { Journal } from '../sign_in/journal.ts'
import { Lockout } from '../sign_in/lockout.ts'
import { PhoneFactors } from '../sign_in/phone_factors.ts'
import { Settlement } from '../sign_in/settlement.ts'
import type { Directory } from '../sign_in/subject.ts'
import { Transactions } from '../sign_in/transaction/transactions.ts'
import { aheadOfQueue } from '../store/database_share.ts'
import { Store } from '../store/store.ts'
import { probeWrites } from '../store/write_probe.ts'
import { type Bound, Listeners, type ListenersOptions } from './listeners.ts'
import { composePortal } from './portal.ts'
import { composePushApp, composeWebPush, unwoken } from './push_app.ts'
import { ServiceAddress } from './service_address.ts'
import { ServiceError } from './service_error.ts'
import { repeatedly, watchCertificate } from './upkeep.ts'

export interface ServiceOptions {
  /** The data folder; counts before the configuration's. */
  readonly folder?: string
  /** Counts before the configuration's; 0 for any that is free. */
  readonly port?: number
  /** The defaults where there is none. */
  readonly config?: ServiceConfig
  /** IP address to listen on; counts before the configuration's. */
  readonly address?: string
  /** In place of the key file in the data folder. */
  readonly sealingKey?: Secret
  readonly delivery?: Delivery
  /** The browser apps as they were built. */
  readonly webFolder?: string
  readonly log?: Log
  readonly clock?: Clock
}

/** The MFA service, listening. */
export interface Service {
  readonly address: string
  readonly port: number
  /** Where the signed API is, if it has a listener of its own. */
  readonly api: Bound | undefined
  /** The CA certificate that clients must trust; `undefined` where certificate_file is set. */
  readonly caFile: string | undefined
  /** Answers waiting calls, and stops within five seconds. */
  close(): Promise<void>
}

const builtApps = resolve(import.meta.dirname, '../../../web/dist')
const tidyMs = 5_000
const answersMs = 250
const placesMs = 60_000
const closeMs = 3_800

/**
 * Starts the MFA service.
 *
 * @throws {StoreError} or {ServiceError} with one line that says what to do.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { log = silentLog, clock = systemClock } = options
  const config = options.config ?? defaultConfig(options.folder ?? '.')
  const folder = options.folder ?? config.dataFolder
  const port = options.port ?? config.port
  const { databaseUrl } = config
  const { sealingKey } = options
  const store = await Store.open({ folder, databaseUrl, sealingKey, migrate: true })
  try {
    return await listening(store, { ...options, config, folder, port, log, clock })
  } catch (error) {
    await store.close()
    const foreseen =
      error instanceof CertificateError ||
      error instanceof DeliveryError ||
      error instanceof GeoipDatabaseError
    throw foreseen ? new ServiceError(error.code, error.message) : error
  }
}

type Prepared = Required<Pick<ServiceOptions, 'folder' | 'port' | 'config' | 'log' | 'clock'>> &
  ServiceOptions

async function listening(store: Store, options: Prepared): Promise<Service> {
  const { config, folder, port, log, clock } = options
  await warnOfCollidingNames(store.db, log)
  const transactions = new Transactions(store, clock)
  const users = new Users(store)
  const bypassCodes = new BypassCodes(store)
  const smsPasscodes = new SmsPasscodes(store)
  const [groups, phones, tokens] = [new Groups(store), new Phones(store), new Tokens(store)]
  const devices = new PushDevices(store)
  const outbox = new Outbox(folder, clock)
  const publicUrl = () => buildPublicUrl(config, listeners.bound.port)
  const publicHost = () => new URL(publicUrl()).host
  const addresses = new VoiceAddresses(store.sealing, publicUrl)
  const settle: Authentication['settle'] = (...settled) => authentication.settle(...settled)
  const spoken = new SpokenPasscodes({ store, smsPasscodes, phones, settle, clock })
  const configured =
    options.delivery ??
    (await configuredDelivery(config, {
      store,
      telephonyLog: new TelephonyLog(store),
      outbox,
      addresses,
      spoken,
      clock,
      log,
    }))
  const webPush = await composeWebPush(store, devices, { settings: config.webPush, clock, log })
  const delivery: Delivery = { push: webPush ?? unwoken, ...configured }
  const directory = {
    users,
    groups,
    phones,
    tokens,
    yubikeys: new Yubikeys(store),
    bypassCodes,
    smsPasscodes,
  }
  const authentication = composeAuthentication({
    store,
    directory,
    lockout: new Lockout(store, config.lockout),
    transactions,
    delivery,
    push: config.push,
    sms: config.sms,
    clock,
    log,
  })
  const certificate = () =>
    serverCertificate(folder, config.hostNames, config.certificateFiles, clock.now())
  const shown = await certificate()
  const { phone } = config
  const conversation = new CallConversation({ authentication, transactions, addresses, phone })
  const triesOut = [config.sms, phone, config.mail].some(
    ({ provider }) => provider.kind === 'outbox',
  )
  if (triesOut) log.warn(`provider=outbox: messages stay in ${folder}/outbox and are not delivered`)
  const invitations = new Invitations(store)
  const health = new Health({
    read: async () => {
      await aheadOfQueue(() => store.db.selectFrom('settings').select('name').limit(1).execute())
    },
    write: () => aheadOfQueue(() => probeWrites(store, clock.now())),
    answeredAt: () => store.answeredAt,
  })
  const authApi = {
    canDecide: () => health.canDecide(),
    authentication,
    enrollment: new Enrollment(store, users, bypassCodes, clock),
    portalLinks: new PortalLinks(store, { users, invitations }, publicUrl, clock),
    logo: config.logoFile === undefined ? undefined : readFileSync(config.logoFile),
    apiHost: publicHost,
    clock,
  }
  const places = Places.open(config.places)
  const clientAddresses = new ClientAddresses(config.trustedProxies)
  const administratorLog = new AdministratorLog(store)
  const notices = new NoticeMail({ mail: delivery.mail, clock, log })
  const pushApp = composePushApp({
    store,
    directory,
    devices,
    authentication,
    transactions,
    administratorLog,
    notices,
    places,
    vapidPublicKey: webPush?.publicKey,
    accountName: () => config.hostNames[0] ?? 'localhost',
    apiHost: publicHost,
    clock,
    log,
  })
  const portal = composePortal({
    store,
    directory,
    authentication,
    transactions,
    activation: pushApp.activation,
    invitations,
    administratorLog,
    notices,
    delivery,
    triesPerAddress: config.refusedPerMinute,
    clientAddresses,
    triesOut,
    places,
    apiHost: publicHost,
    clock,
    log,
  })
  let signedHosts: readonly string[] | undefined
  const listenersOptions: ListenersOptions = {
    certified: shown,
    integrations: new Integrations(store),
    authApi,
    ownHosts: () => {
      signedHosts ??= clientHosts(config, (listeners.api ?? listeners.bound).port)
      return signedHosts
    },
    operation: {
      health,
      metrics: new ServiceMetrics({
        waitingCalls: () => transactions.waitingCalls,
        openApps: () => pushApp.streams.count,
      }),
      metricsFor: config.metrics,
    },
    publicFaces: [
      addPages,
      (added) => addAssets(added, options.webFolder ?? builtApps),
      (added, gates) => addPushApp(added, gates, pushApp),
      (added) => addPortal(added, portal),
      ...voiceFaces(phone, { conversation, addresses, clock, log }),
      ...(triesOut ? [outboxFace(folder, outbox, transactions)] : []),
    ],
    apiFaces: [(added, gates) => addRestV1(added, gates, authApi)],
    limits: {
      perApplication: config.requestsPerMinute,
      refusedPerAddress: config.refusedPerMinute,
    },
    clientAddresses,
    accessLog: config.accessLog,
    log,
  }
  const listeners = await Listeners.make(listenersOptions, config)
  await listeners.listen(options.address ?? config.interfaceAddress, port, config)
  await new ServiceAddress(store).keep(publicUrl())
  void warnOfSilence(store, log)
  const outboxCalls = new OutboxCalls(outbox, conversation)
  const logRetention = new LogRetention(store, config.logKeepDays, clock)
  const upkeep = [
    repeatedly(tidyMs, log, async () => {
      await authentication.tidy()
      await portal.tidy()
      await logRetention.prune()
    }),
    ...(phone.provider.kind === 'outbox'
      ? [repeatedly(answersMs, log, () => outboxCalls.takeAnswers())]
      : []),
    repeatedly(placesMs, log, async () => places.refresh()),
    watchCertificate(config, shown.certificate, certificate, listeners, log),
  ]
  return {
    ...listeners.bound,
    api: listeners.api,
    caFile: shown.caFile,
    close: async () => {
      health.stop()
      for (const stop of upkeep) stop()
      transactions.close()
      pushApp.streams.close()
      await listeners.close(closeMs)
      await webPush?.close()
      await store.close()
    },
  }
}

export interface SignInParts {
  readonly store: Store
  readonly directory: Directory
  readonly lockout: Lockout
  readonly transactions: Transactions
  readonly delivery: Delivery
  readonly push: ServiceConfig['push']
  readonly sms: ServiceConfig['sms']
  readonly clock: Clock
  readonly log: Log
}

/** Composes the classes that decide on sign-ins. */
export function composeAuthentication({ push, sms, log, ...parts }: SignInParts): Authentication {
  const { store, delivery } = parts
  const authenticationLog = new AuthenticationLog(store)
  const alert = new FraudAlert({ log, mail: delivery.mail, addresses: push.fraudEmails })
  const settlement = new Settlement({
    ...parts,
    journal: new Journal(authenticationLog),
    log: authenticationLog,
    fraud: { alert, locks: push.fraudLocks },
  })
  const verificationCodes = new VerificationCodes(store)
  const phoneFactors = new PhoneFactors({
    ...parts,
    settlement,
    verificationCodes,
    log: authenticationLog,
    smsPasscodes: parts.directory.smsPasscodes,
    phones: parts.directory.phones,
    programLog: log,
    fatigue: push.fatigue,
    sms: { ...sms, count: sms.batch },
  })
  return new Authentication({ ...parts, log, settlement, verificationCodes, phoneFactors })
}

function outboxFace(folder: string, outbox: Outbox, transactions: Transactions): Face {
  return (server) => addOutboxPage(server, { outbox, key: outboxKey(folder), transactions })
}

/** Webhooks, for the only provider that sends them. */
function voiceFaces(
  { provider }: ServiceConfig['phone'],
  parts: Omit<VoiceParts, 'authToken'>,
): Face[] {
  if (provider.kind !== 'twilio') return []
  const { authToken } = provider.twilio
  return [(server) => addVoice(server, { ...parts, authToken })]
}

/** Without notifications, nodes find each other's changes only by polling. */
async function warnOfSilence({ wakeUps }: Store, log: Log): Promise<void> {
  if (await wakeUps.reachOtherNodes()) return
  log.warn(
    "the database passes on no notifications (LISTEN), as PgBouncer does with pool_mode=transaction: nodes now look for each other's answers every half second; use pool_mode=session or connect to PostgreSQL directly (docs/postgresql.md)",
  )
}
