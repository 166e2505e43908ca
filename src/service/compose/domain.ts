import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { ConfiguredLimits } from '../applications/policy/policy_sections.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import { WebauthnCredentials } from '../authenticators/passkey/webauthn_credentials.ts'
import { PushDevices } from '../authenticators/push/push_devices.ts'
import type { ServiceConfig } from '../config/service_config.ts'
import type { Delivery } from '../messaging/messaging.ts'
import { Outbox } from '../messaging/outbox/outbox.ts'
import { VoiceAddresses } from '../messaging/voice/voice_address.ts'
import type { WebPush } from '../messaging/web_push/web_push.ts'
import { ActivatedPhones } from '../people/enrolment/activated_phones.ts'
import { Activation } from '../people/enrolment/activation.ts'
import { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import { Deactivation } from '../people/enrolment/deactivation.ts'
import { InvitationUse } from '../people/enrolment/invitation_use.ts'
import { Invitations } from '../people/enrolment/invitations.ts'
import { PhoneChanges } from '../people/enrolment/phone_changes.ts'
import { Places } from '../place/places.ts'
import { OwnBelongings } from '../self_service/devices/belongings.ts'
import { NoticeMail } from '../self_service/notice_mail.ts'
import type { Organisation } from '../settings/organisation.ts'
import type { Settings } from '../settings/settings.ts'
import type { Directory } from '../sign_in/subject.ts'
import type { TransactionObserver } from '../sign_in/transaction/transaction.ts'
import { Transactions } from '../sign_in/transaction/transactions.ts'
import type { Store } from '../store/store.ts'
import { configuredLimits } from './configured_limits.ts'
import { composeDirectory } from './directory.ts'
import { composeMessaging } from './messaging.ts'
import type { PublicOrigin } from './public_origin.ts'
import { composeSignIn, type SignIn } from './sign_in.ts'
import { composeWebPush } from './web_push.ts'

/** What the faces share. */
export interface Domain {
  readonly store: Store
  readonly directory: Directory
  readonly settings: Settings
  readonly organisation: Organisation
  /** The limits of countersign.cfg and the settings, which apply unless a policy sets others. */
  readonly policyLimits: ConfiguredLimits
  readonly devices: PushDevices
  readonly transactions: Transactions
  readonly signIn: SignIn
  readonly activation: Activation
  readonly deactivation: Deactivation
  readonly invitations: Invitations
  readonly invitationUse: InvitationUse
  readonly credentials: WebauthnCredentials
  readonly belongings: OwnBelongings
  readonly administratorLog: AdministratorLog
  readonly notices: NoticeMail
  readonly delivery: Delivery
  readonly outbox: Outbox
  readonly addresses: VoiceAddresses
  readonly webPush: WebPush | undefined
  readonly places: Places
  readonly origin: PublicOrigin
  readonly clock: Clock
  readonly log: Log
}

export interface DomainOptions {
  readonly config: ServiceConfig
  /** The data folder. */
  readonly folder: string
  /** Replaces the configured ways of delivery. */
  readonly delivery: Delivery | undefined
  readonly transactionObserver?: TransactionObserver | undefined
  readonly clock: Clock
  readonly log: Log
}

/**
 * Composes what the service does, without HTTP.
 *
 * @throws {DeliveryError} or {GeoipDatabaseError} if a configured file can't be read.
 */
export async function composeDomain(
  store: Store,
  origin: PublicOrigin,
  settings: Settings,
  organisation: Organisation,
  { config, folder, delivery: given, transactionObserver, clock, log }: DomainOptions,
): Promise<Domain> {
  const directory = composeDirectory(store)
  const devices = new PushDevices(store)
  const administratorLog = new AdministratorLog()
  const outbox = new Outbox(folder, clock)
  const addresses = new VoiceAddresses(store.sealing, () => origin.url)
  const effects = { clock, log }
  const configured =
    given ??
    (await composeMessaging(config, organisation, store, directory, outbox, addresses, effects))
  const webPush = await composeWebPush(config.webPush, store, devices, effects)
  const delivery: Delivery = { push: webPush ?? unwoken, ...configured }
  const notices = new NoticeMail(delivery.mail, organisation, settings, clock, log)
  const { users, phones, tokens } = directory
  const activatedPhones = new ActivatedPhones(phones, devices, tokens)
  const phoneChanges = new PhoneChanges(
    administratorLog,
    (user, change) => notices.send(user, change),
    clock,
  )
  const transactions = new Transactions(store, clock, undefined, transactionObserver)
  const credentials = new WebauthnCredentials()
  const belongings = new OwnBelongings(store, directory, credentials, delivery, clock)
  const invitations = new Invitations()
  const invitationUse = new InvitationUse(invitations, users, (userId, since, db) =>
    belongings.hasDevice(userId, since, db),
  )
  return {
    store,
    directory,
    settings,
    organisation,
    policyLimits: configuredLimits(config),
    devices,
    transactions,
    signIn: composeSignIn(store, directory, transactions, delivery, organisation, config, effects),
    activation: new Activation(
      store,
      new ActivationCodes(store),
      users,
      activatedPhones,
      phoneChanges,
      invitationUse,
      clock,
    ),
    deactivation: new Deactivation(store, users, activatedPhones, phoneChanges),
    invitations,
    invitationUse,
    credentials,
    belongings,
    administratorLog,
    notices,
    delivery,
    outbox,
    addresses,
    webPush,
    places: Places.open(config.places),
    origin,
    clock,
    log,
  }
}

/** Without Web Push, open apps still receive their event stream; closed ones are not woken. */
const unwoken = { send: async () => {} }
