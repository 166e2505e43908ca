import webPush from 'web-push'
import { vapidPlace } from '../../store/rotation.ts'
import type { Store } from '../../store/store.ts'

/** What push services know this service by (RFC 8292): P-256, both in base64url. */
export interface VapidKeys {
  readonly publicKey: string
  readonly privateKey: string
}

const settingName = 'vapid_keys'

/**
 * Reads the keys, and makes them the first time: browsers bind their subscriptions to the public one,
 * so that it never changes. Of several nodes that begin at once the first one's keys hold.
 */
export async function vapidKeys(store: Store): Promise<VapidKeys> {
  const read = store.db.selectFrom('settings').select('value').where('name', '=', settingName)
  const before = await read.executeTakeFirst()
  if (before === undefined) {
    const value = store.sealing.seal(JSON.stringify(webPush.generateVAPIDKeys()), vapidPlace)
    await store.db
      .insertInto('settings')
      .values({ name: settingName, value })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
  }
  const { value } = await read.executeTakeFirstOrThrow()
  const keys: VapidKeys = JSON.parse(store.sealing.open(value, vapidPlace))
  return keys
}
