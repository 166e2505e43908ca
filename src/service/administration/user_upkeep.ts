import type { Clock } from '../../host/clock.ts'
import { AdministratorLog } from '../audit/administrator_log.ts'
import { endBypasses, UserTrash } from '../people/user_trash.ts'
import { readStoredSetting } from '../settings/settings.ts'
import type { Store } from '../store/store.ts'

const dayMs = 24 * 60 * 60_000
/** Who did it, in the administrator log. */
const actor = 'system'

/** What happens to users as time passes: the trash is emptied, and bypasses end. */
export class UserUpkeep {
  readonly #store: Store
  readonly #clock: Clock
  readonly #log = new AdministratorLog()
  readonly #trash = new UserTrash()

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Deletes users whose days in the trash are over, and ends bypasses; a limited number at once. */
  async tidy(): Promise<void> {
    const timestamp = this.#clock.now()
    await this.#store.transaction(async (db) => {
      const days = await readStoredSetting('pending_deletion_days', db)
      for (const { username } of await this.#trash.purge(timestamp - days * dayMs, db)) {
        const description = `after ${days} days in the trash`
        const event = { timestamp, actor, action: 'user_delete', object: username, description }
        await this.#log.append(event, db)
      }
      for (const { username } of await endBypasses(timestamp, db)) {
        const description = 'status=active (the bypass has ended)'
        const event = { timestamp, actor, action: 'user_update', object: username, description }
        await this.#log.append(event, db)
      }
    })
  }
}
