import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { AdministratorLog } from '../audit/administrator_log.ts'
import { AuthenticationLog } from '../audit/authentication_log.ts'
import type { PushDevices } from '../authenticators/push/push_devices.ts'
import type { ServiceConfig } from '../config/service_config.ts'
import { contactWeakness } from '../config/web_push_contact.ts'
import type { PushAppParts } from '../http/web/push_app/app_parts.ts'
import { shownOnPhone } from '../http/web/push_app/request_routes.ts'
import { RequestStreams } from '../http/web/push_app/request_streams.ts'
import type { PushPort } from '../messaging/messaging.ts'
import { vapidKeys } from '../messaging/web_push/vapid_keys.ts'
import { WebPush } from '../messaging/web_push/web_push.ts'
import { Activation } from '../people/enrolment/activation.ts'
import type { Places } from '../place/places.ts'
import type { NoticeMail } from '../self_service/notice_mail.ts'
import type { Authentication } from '../sign_in/authentication.ts'
import type { Directory } from '../sign_in/subject.ts'
import type { Transactions } from '../sign_in/transaction/transactions.ts'
import type { Store } from '../store/store.ts'

export interface PushAppComposition
  extends Pick<PushAppParts, 'vapidPublicKey' | 'accountName' | 'apiHost' | 'clock' | 'log'> {
  readonly store: Store
  readonly directory: Directory
  readonly devices: PushDevices
  readonly authentication: Authentication
  readonly transactions: Transactions
  readonly administratorLog: AdministratorLog
  readonly notices: NoticeMail
  readonly places: Places
}

/** Composes the push app's part of the service. */
export function composePushApp(composition: PushAppComposition): PushAppParts {
  const { store, directory, transactions, administratorLog, notices, ...shared } = composition
  const { users, phones, tokens } = directory
  const { authentication, devices, places, clock } = shared
  return {
    ...shared,
    users,
    phones,
    activation: new Activation({
      store,
      users,
      phones,
      tokens,
      devices,
      log: administratorLog,
      changed: (user, change) => notices.tell(user, change),
      clock,
    }),
    authenticationLog: new AuthenticationLog(store),
    streams: new RequestStreams({
      watch: (phoneId, listener) => transactions.watch(phoneId, listener),
      shown: (phoneId) => shownOnPhone(phoneId, { authentication, devices, places }),
    }),
  }
}

/** Without Web Push, open apps still have their stream, and closed ones are not woken. */
export const unwoken: PushPort = { send: async () => {} }

export async function composeWebPush(
  store: Store,
  devices: PushDevices,
  {
    settings,
    clock,
    log,
  }: {
    readonly settings: ServiceConfig['webPush']
    readonly clock: Clock
    readonly log: Log
  },
): Promise<WebPush | undefined> {
  const { enabled, contact, privateServices } = settings
  if (!enabled) return undefined
  const subscriptions = {
    of: async (phoneId: string) => (await devices.byPhone(phoneId))?.subscription ?? null,
    ended: (phoneId: string, subscription: string) => devices.unsubscribe(phoneId, subscription),
  }
  const weakness = contactWeakness(contact)
  if (weakness !== undefined) {
    log.warn(
      'some push services, such as Apple, refuse this contact and do not wake phones: set web_push_contact in [push] to an address on the public Internet',
      { web_push_contact: contact, reason: weakness },
    )
  }
  const keys = await vapidKeys(store)
  return new WebPush({ subscriptions, keys, contact, privateServices, clock, log })
}
