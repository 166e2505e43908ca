import webPush from 'web-push'
import { vapidPlace } from '../../store/rotation.ts'
import { addSetting, readSetting } from '../../store/settings.ts'
import type { Store } from '../../store/store.ts'

/** The key pair that identifies this service to push services (RFC 8292): P-256, both in base64url. */
export interface VapidKeys {
  readonly publicKey: string
  readonly privateKey: string
}

const settingName = 'vapid_keys'

/**
 * Reads the keys, and creates them the first time. Browsers bind their subscriptions to the public key, so
 * it never changes; if several nodes start at once, the first one's keys are used.
 */
export async function vapidKeys({ db, sealing }: Store): Promise<VapidKeys> {
  const create = () => sealing.seal(JSON.stringify(webPush.generateVAPIDKeys()), vapidPlace)
  const value =
    (await readSetting(settingName, db)) ?? (await addSetting(settingName, create(), db))
  const keys: VapidKeys = JSON.parse(sealing.open(value, vapidPlace))
  return keys
}
