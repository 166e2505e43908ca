import type { Clock } from '../../host/clock.ts'
import { type Integration, Integrations } from '../applications/integrations.ts'
import { portalIkey, portalIkeySetting as settingName } from '../applications/portal_ikey.ts'
import type { AdministratorLog } from '../audit/administrator_log.ts'
import type { Store } from '../store/store.ts'

const name = 'Portal'
const codeDigits = 4

/**
 * The portal as an application with its own integration key, for lockout, limits and logs. An
 * administrator who disables it closes the sign-in to self-service. It is created on first use.
 */
export class PortalApplication {
  readonly #store: Store
  readonly #integrations: Integrations
  readonly #log: AdministratorLog
  readonly #clock: Clock

  constructor(store: Store, log: AdministratorLog, clock: Clock) {
    this.#store = store
    this.#integrations = new Integrations(store)
    this.#log = log
    this.#clock = clock
  }

  /**
   * Its policies are fixed: a push always requires a code, because anyone can request one here, and
   * unknown users are denied.
   *
   * @returns `undefined` if it is disabled.
   */
  async integration(): Promise<Integration | undefined> {
    const found = (await this.#known()) ?? (await this.#make())
    if (!found.enabled) return undefined
    return { ...found, newUserPolicy: 'deny', verifiedPush: 'required' }
  }

  async #known(): Promise<Integration | undefined> {
    const ikey = await portalIkey(this.#store.db)
    return ikey === undefined ? undefined : await this.#integrations.byIkey(ikey)
  }

  async #make(): Promise<Integration> {
    const now = this.#clock.now()
    const made = await this.#store.transaction(async (db) => {
      // a concurrent transaction waits here until the first has created it
      await db
        .insertInto('settings')
        .values({ name: settingName, value: '' })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ name: settingName }))
        .execute()
      const { value } = await db
        .selectFrom('settings')
        .select('value')
        .where('name', '=', settingName)
        .executeTakeFirstOrThrow()
      const before = await this.#integrations.byIkey(value, db)
      if (before !== undefined) return before
      const created = await this.#integrations.create(
        {
          name: await this.#integrations.freeName(name, db),
          type: 'portal',
          newUserPolicy: 'deny',
        },
        now,
        db,
      )
      const { ikey } = created
      const change = { verifiedPush: 'required', verifiedPushDigits: codeDigits } as const
      await this.#integrations.update(ikey, change, db)
      await db
        .updateTable('settings')
        .set({ value: ikey })
        .where('name', '=', settingName)
        .execute()
      const description = `${ikey} portal`
      await this.#log.append(
        {
          timestamp: now,
          actor: 'portal',
          action: 'integration_create',
          object: name,
          description,
        },
        db,
      )
      return { ...created, ...change }
    })
    return made
  }
}
