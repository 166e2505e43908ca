import type { StoreDb } from '../../src/service/store/store.ts'

/** Marks a phone as activated, for tests in which nobody answers with its key. */
export async function activatePush(phoneId: string, now: number, db: StoreDb): Promise<void> {
  await db
    .insertInto('push_devices')
    .values({ phone_id: phoneId, public_key: '', user_agent: '', activated: now })
    .execute()
}
