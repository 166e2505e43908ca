import { readSetting, writeSetting } from '../store/settings.ts'
import type { Store } from '../store/store.ts'

const settingName = 'public_url'

/** The address of the service as of its last start, for the links that commands print. */
export class ServiceAddress {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** @param url `https://HOST[:PORT]`, without a trailing slash. */
  async keep(url: string): Promise<void> {
    await writeSetting(settingName, url, this.#store.db)
  }

  /** @returns `undefined` before the first start of the service. */
  async read(): Promise<string | undefined> {
    return await readSetting(settingName, this.#store.db)
  }
}
