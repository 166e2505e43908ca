import type { Clock } from '../host/clock.ts'
import type { Log } from '../host/log.ts'
import type { Authentication } from './authentication/authentication.ts'
import type { Directory } from './authentication/subject.ts'
import type { ServiceConfig } from './config/service_config.ts'
import { contactWeakness } from './config/web_push_contact.ts'
import type { PushPort } from './delivery/delivery.ts'
import { vapidKeys } from './delivery/vapid_keys.ts'
import { WebPush } from './delivery/web_push.ts'
import type { PushDevices } from './directory/push_devices.ts'
import { Activation } from './enrollment/activation.ts'
import type { AdministratorLog } from './event_log/administrator_log.ts'
import { AuthenticationLog } from './event_log/authentication_log.ts'
import type { PushAppParts } from './http/push_app/app_parts.ts'
import { shownOnPhone } from './http/push_app/request_routes.ts'
import { RequestStreams } from './http/push_app/request_streams.ts'
import type { Places } from './place/places.ts'
import type { NoticeMail } from './self_service/notice_mail.ts'
import type { Store } from './store/store.ts'
import type { Transactions } from './transaction/transactions.ts'

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
export function pushAppOf(composition: PushAppComposition): PushAppParts {
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

export async function webPushOf(
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
