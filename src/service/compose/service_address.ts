import type { Store } from '../store/store.ts'

const settingName = 'public_url'

/**
 * Under which address users reach the service, as it was when it last started: commands beside it
 * hand out links, too.
 */
export class ServiceAddress {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** @param url `https://HOST[:PORT]`, without a slash at its end. */
  async keep(url: string): Promise<void> {
    await this.#store.db
      .insertInto('settings')
      .values({ name: settingName, value: url })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: url }))
      .execute()
  }

  /** @returns `undefined` before the service has been started for the first time. */
  async read(): Promise<string | undefined> {
    const row = await this.#store.db
      .selectFrom('settings')
      .select('value')
      .where('name', '=', settingName)
      .executeTakeFirst()
    return row?.value
  }
}
