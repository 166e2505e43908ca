import { matchesAny } from '../../store/any_of.ts'
import { Batched } from '../../store/batched.ts'
import type { Store, StoreDb } from '../../store/store.ts'

/** A phone that answers pushes, signed with its own key. */
export interface PushDevice {
  readonly phoneId: string
  readonly userId: string
  /** SubjectPublicKeyInfo in base64url. */
  readonly publicKey: string
  readonly userAgent: string
  readonly activated: number
  readonly seen: number | null
  /** The browser's PushSubscription in JSON; `null` if the phone is not woken. */
  readonly subscription: string | null
}

/** How often the time of a phone's last answer is updated. */
const seenEveryMs = 60_000
const maxAtOnce = 500

export class PushDevices {
  readonly #store: Store
  readonly #inTurn = new Batched(
    (phoneIds: readonly string[]) => this.#byPhones(phoneIds, this.#store.db),
    maxAtOnce,
  )

  constructor(store: Store) {
    this.#store = store
  }

  async byPhone(phoneId: string, db: StoreDb): Promise<PushDevice | undefined> {
    return (await this.#byPhones([phoneId], db))[0]
  }

  /** As `byPhone`, but concurrent calls share one query and one database connection. */
  async byPhoneInTurn(phoneId: string): Promise<PushDevice | undefined> {
    return await this.#inTurn.ask(phoneId)
  }

  /** In the order of `phoneIds`. */
  async #byPhones(
    phoneIds: readonly string[],
    db: StoreDb,
  ): Promise<readonly (PushDevice | undefined)[]> {
    const rows = await db
      .selectFrom('push_devices')
      .innerJoin('phones', 'phones.phone_id', 'push_devices.phone_id')
      .selectAll('push_devices')
      .select('phones.user_id')
      .where('phones.user_id', 'is not', null)
      .$narrowType<{ user_id: string }>()
      .where(matchesAny(this.#store, 'push_devices.phone_id', phoneIds))
      .execute()
    const found = new Map(
      rows.map((row): [string, PushDevice] => [
        row.phone_id,
        {
          phoneId: row.phone_id,
          userId: row.user_id,
          publicKey: row.public_key,
          userAgent: row.user_agent,
          activated: row.activated,
          seen: row.seen,
          subscription: row.subscription,
        },
      ]),
    )
    return phoneIds.map((phoneId) => found.get(phoneId))
  }

  /** When the app on each of these phones last called; phones without an app are absent. */
  async lastSeen(phoneIds: readonly string[], db: StoreDb): Promise<ReadonlyMap<string, number>> {
    if (phoneIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('push_devices')
      .select(['phone_id', 'seen', 'activated'])
      .where('phone_id', 'in', phoneIds)
      .execute()
    return new Map(rows.map(({ phone_id, seen, activated }) => [phone_id, seen ?? activated]))
  }

  /** Sets the key of a phone; a previous one becomes invalid. */
  async activate(
    phoneId: string,
    device: { readonly publicKey: string; readonly userAgent: string },
    now: number,
    db: StoreDb,
  ): Promise<void> {
    const columns = {
      public_key: device.publicKey,
      user_agent: device.userAgent,
      activated: now,
      seen: now,
      subscription: null,
    }
    await db
      .insertInto('push_devices')
      .values({ phone_id: phoneId, ...columns })
      .onConflict((conflict) => conflict.column('phone_id').doUpdateSet(columns))
      .execute()
  }

  /** @param subscription `null` to stop waking the phone. */
  async subscribe(phoneId: string, subscription: string | null, db: StoreDb): Promise<void> {
    await db
      .updateTable('push_devices')
      .set({ subscription })
      .where('phone_id', '=', phoneId)
      .execute()
  }

  /** Removes a subscription that has ended, unless it was replaced meanwhile. */
  async unsubscribe(phoneId: string, subscription: string): Promise<void> {
    await this.#store.db
      .updateTable('push_devices')
      .set({ subscription: null })
      .where('phone_id', '=', phoneId)
      .where('subscription', '=', subscription)
      .execute()
  }

  async seen({ phoneId, seen }: PushDevice, now: number): Promise<void> {
    if (seen !== null && now - seen < seenEveryMs) return
    await this.#store.db
      .updateTable('push_devices')
      .set({ seen: now })
      .where('phone_id', '=', phoneId)
      .execute()
  }

  async remove(phoneId: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('push_devices')
      .where('phone_id', '=', phoneId)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }
}
