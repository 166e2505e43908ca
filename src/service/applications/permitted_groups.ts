import { matchesAny } from '../store/any_of.ts'
import { Batched } from '../store/batched.ts'
import type { Store, StoreDb } from '../store/store.ts'

const maxAtOnce = 500

/** An application that only the members of its permitted groups may use. */
export interface PermittingApplication {
  readonly ikey: string
  readonly name: string
  /** How many groups it permits. */
  readonly groups: number
}

/** The groups whose members may use an application that is open to permitted groups only. */
export class PermittedGroups {
  readonly #store: Store
  readonly #inTurn = new Batched((ikeys: readonly string[]) => this.#byIkeys(ikeys), maxAtOnce)

  constructor(store: Store) {
    this.#store = store
  }

  async ofApplication(ikey: string, db: StoreDb): Promise<string[]> {
    const rows = await db
      .selectFrom('permitted_groups')
      .select('group_id')
      .where('ikey', '=', ikey)
      .orderBy('group_id')
      .execute()
    return rows.map((row) => row.group_id)
  }

  /** As `ofApplication`, but concurrent calls share one query and one database connection. */
  async ofApplicationInTurn(ikey: string): Promise<readonly string[]> {
    return await this.#inTurn.ask(ikey)
  }

  /** The applications that are open to permitted groups only, this group among them; by name. */
  async ofGroup(groupId: string, db: StoreDb): Promise<PermittingApplication[]> {
    const rows = await db
      .selectFrom('permitted_groups')
      .innerJoin('integrations', 'integrations.ikey', 'permitted_groups.ikey')
      .select(['integrations.ikey', 'integrations.name'])
      .select((select) => select.fn.countAll().as('groups'))
      .where('integrations.user_access', '=', 'PERMITTED_GROUPS')
      .where('integrations.ikey', 'in', (from) =>
        from.selectFrom('permitted_groups').select('ikey').where('group_id', '=', groupId),
      )
      .groupBy(['integrations.ikey', 'integrations.name'])
      .orderBy('integrations.name')
      .execute()
    return rows.map(({ ikey, name, groups }) => ({ ikey, name, groups: Number(groups) }))
  }

  /** Replaces the groups of an application. */
  async set(ikey: string, groupIds: readonly string[], db: StoreDb): Promise<void> {
    await db.deleteFrom('permitted_groups').where('ikey', '=', ikey).execute()
    const rows = [...new Set(groupIds)].map((group_id) => ({ ikey, group_id }))
    if (rows.length > 0) await db.insertInto('permitted_groups').values(rows).execute()
  }

  /** In the order of the keys. */
  async #byIkeys(ikeys: readonly string[]): Promise<readonly (readonly string[])[]> {
    const rows = await this.#store.db
      .selectFrom('permitted_groups')
      .selectAll()
      .where(matchesAny(this.#store, 'ikey', ikeys))
      .execute()
    const found = Map.groupBy(rows, ({ ikey }) => ikey)
    return ikeys.map((ikey) => (found.get(ikey) ?? []).map(({ group_id }) => group_id))
  }
}
