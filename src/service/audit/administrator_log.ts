import type { Store, StoreDb } from '../store/store.ts'

/** Something that an administrator did. */
export interface AdministratorEvent {
  readonly timestamp: number
  /** The account that acted: `cli:root`. */
  readonly actor: string
  /** `user_create`, `bypass_create`, … */
  readonly action: string
  /** The name of the user or thing that it changed. */
  readonly object: string
  /** What changed; never a secret. */
  readonly description: string
}

export class AdministratorLog {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** Call it in the transaction of the change that it records. */
  async append(event: AdministratorEvent, db: StoreDb): Promise<void> {
    await db.insertInto('administrator_log').values(event).execute()
  }

  /** Newest first. */
  async list(limit: number, db: StoreDb = this.#store.db): Promise<AdministratorEvent[]> {
    return (await this.entries({ limit }, db)).map(({ event }) => event)
  }

  /** Newest first, with the ids that `afterId` takes. */
  async entries(
    {
      limit,
      mintime = 0,
      afterId = 0,
    }: { readonly limit: number; readonly mintime?: number; readonly afterId?: number },
    db: StoreDb,
  ): Promise<{ readonly id: number; readonly event: AdministratorEvent }[]> {
    const rows = await db
      .selectFrom('administrator_log')
      .selectAll()
      .where('timestamp', '>=', mintime)
      .where('id', '>', afterId)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map(({ id, ...event }) => ({ id, event }))
  }
}
