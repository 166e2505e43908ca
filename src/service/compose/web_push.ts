import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { PushDevices } from '../authenticators/push/push_devices.ts'
import type { WebPushConfig } from '../config/push_section.ts'
import { contactWeakness } from '../config/web_push_contact.ts'
import { vapidKeys } from '../messaging/web_push/vapid_keys.ts'
import { WebPush } from '../messaging/web_push/web_push.ts'
import type { Store } from '../store/store.ts'

/** Composes the port that wakes closed push apps; `undefined` if it is switched off. */
export async function composeWebPush(
  { enabled, contact, privateServices }: WebPushConfig,
  store: Store,
  devices: PushDevices,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<WebPush | undefined> {
  if (!enabled) return undefined
  const weakness = contactWeakness(contact)
  if (weakness !== undefined) {
    log.warn(
      'some push services, such as Apple, reject this contact address, so closed apps are not notified: set web_push_contact in [push] to an address on the public Internet',
      { web_push_contact: contact, reason: weakness },
    )
  }
  const subscriptions = {
    of: async (phoneId: string) => (await devices.byPhone(phoneId, store.db))?.subscription ?? null,
    ended: (phoneId: string, subscription: string) => devices.unsubscribe(phoneId, subscription),
  }
  const keys = await vapidKeys(store)
  return new WebPush(subscriptions, { keys, contact, privateServices }, clock, log)
}
