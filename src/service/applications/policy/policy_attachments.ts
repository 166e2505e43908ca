import { type RawBuilder, sql } from 'kysely'
import { Batched } from '../../store/batched.ts'
import { findDialect } from '../../store/dialect.ts'
import { prepared } from '../../store/prepared.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import { integrationTypesByIkey, lockIntegration } from '../integrations.ts'
import type { PolicyLayer } from './policy_layers.ts'

/** One place where a policy applies. */
export interface PolicyAttachment {
  readonly policyKey: string
  readonly application: { readonly ikey: string; readonly name: string }
  /** `undefined` for the application as a whole. */
  readonly group:
    | { readonly groupId: string; readonly name: string; readonly position: number }
    | undefined
}

/** All policies that apply in an application, the most specific first. */
export interface ApplicationLayers {
  readonly ikey: string
  readonly type: string
  readonly layers: readonly PolicyLayer[]
}

/** A policy that applies to one group in an application. */
export interface GroupPolicy {
  readonly policyKey: string
  readonly policyName: string
  readonly application: { readonly ikey: string; readonly name: string }
}

interface LayerRow {
  readonly ikey: string
  readonly position: number
  readonly group_id: string
  readonly group_name: string
  readonly policy_key: string
  readonly name: string
  readonly sections: string
}

const maxAtOnce = 500

/** @param of.ikeys A JSON array. */
const layersOf = prepared<{ readonly ikeys: string }, LayerRow>((db, of) => {
  const groups = db
    .selectFrom('group_policies')
    .innerJoin('policies', 'policies.policy_key', 'group_policies.policy_key')
    .innerJoin('groups', 'groups.group_id', 'group_policies.group_id')
    .select([
      'group_policies.ikey',
      'group_policies.position',
      'groups.group_id',
      'groups.name as group_name',
      'policies.policy_key',
      'policies.name',
      'policies.sections',
    ])
    .where(isOneOf(db, 'group_policies.ikey', of.ikeys))
  const applications = db
    .selectFrom('application_policies')
    .innerJoin('policies', 'policies.policy_key', 'application_policies.policy_key')
    .select([
      'application_policies.ikey',
      sql<number>`0`.as('position'),
      sql<string>`''`.as('group_id'),
      sql<string>`''`.as('group_name'),
      'policies.policy_key',
      'policies.name',
      'policies.sections',
    ])
    .where(isOneOf(db, 'application_policies.ikey', of.ikeys))
  const global = db
    .selectFrom('policies')
    .select([
      sql<string>`''`.as('ikey'),
      sql<number>`0`.as('position'),
      sql<string>`''`.as('group_id'),
      sql<string>`''`.as('group_name'),
      'policy_key',
      'name',
      'sections',
    ])
    .where('is_global', '=', 1)
  return groups.unionAll(applications).unionAll(global)
})

/** @param listed A JSON array: one parameter for any number of texts. */
function isOneOf(db: StoreDb, column: string, listed: string): RawBuilder<boolean> {
  return findDialect(db) === 'postgres'
    ? sql<boolean>`${sql.ref(column)} in (select json_array_elements_text(${listed}::json))`
    : sql<boolean>`${sql.ref(column)} in (select value from json_each(${listed}))`
}

/** Where policies apply: globally, in an application, to a group in an application. */
export class PolicyAttachments {
  readonly #store: Store
  readonly #inTurn = new Batched(
    (ikeys: readonly string[]) => this.#layersByIkeys(ikeys, this.#store.db),
    maxAtOnce,
  )

  constructor(store: Store) {
    this.#store = store
  }

  /** All attachments to applications and groups, by application and place in its stack. */
  async list(db: StoreDb): Promise<PolicyAttachment[]> {
    const applications = await db
      .selectFrom('application_policies')
      .innerJoin('integrations', 'integrations.ikey', 'application_policies.ikey')
      .select(['application_policies.policy_key', 'integrations.ikey', 'integrations.name'])
      .orderBy('integrations.name')
      .execute()
    const groups = await db
      .selectFrom('group_policies')
      .innerJoin('integrations', 'integrations.ikey', 'group_policies.ikey')
      .innerJoin('groups', 'groups.group_id', 'group_policies.group_id')
      .select([
        'group_policies.policy_key',
        'group_policies.position',
        'integrations.ikey',
        'integrations.name',
        'groups.group_id',
        'groups.name as group_name',
      ])
      .orderBy('integrations.name')
      .orderBy('group_policies.position')
      .execute()
    return [
      ...applications.map(({ policy_key, ikey, name }) => ({
        policyKey: policy_key,
        application: { ikey, name },
        group: undefined,
      })),
      ...groups.map(({ policy_key, ikey, name, group_id, group_name, position }) => ({
        policyKey: policy_key,
        application: { ikey, name },
        group: { groupId: group_id, name: group_name, position },
      })),
    ]
  }

  /** The policies that apply to a group, by application and place in its stack. */
  async ofGroup(groupId: string, db: StoreDb): Promise<GroupPolicy[]> {
    const rows = await db
      .selectFrom('group_policies')
      .innerJoin('integrations', 'integrations.ikey', 'group_policies.ikey')
      .innerJoin('policies', 'policies.policy_key', 'group_policies.policy_key')
      .select([
        'policies.policy_key',
        'policies.name as policy_name',
        'integrations.ikey',
        'integrations.name',
      ])
      .where('group_policies.group_id', '=', groupId)
      .orderBy('integrations.name')
      .orderBy('group_policies.position')
      .execute()
    return rows.map(({ policy_key, policy_name, ikey, name }) => ({
      policyKey: policy_key,
      policyName: policy_name,
      application: { ikey, name },
    }))
  }

  /** Makes a policy the global one, of which there is one at most. */
  async setGlobal(policyKey: string, db: StoreDb): Promise<void> {
    await db.updateTable('policies').set({ is_global: 0 }).where('is_global', '=', 1).execute()
    await db
      .updateTable('policies')
      .set({ is_global: 1 })
      .where('policy_key', '=', policyKey)
      .execute()
  }

  /** @returns Whether the policy was the global one. */
  async unsetGlobal(policyKey: string, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('policies')
      .set({ is_global: 0 })
      .where('policy_key', '=', policyKey)
      .where('is_global', '=', 1)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /** Attaches a policy to an application as a whole, in place of the one before. */
  async setApplication(ikey: string, policyKey: string, db: StoreDb): Promise<void> {
    await db
      .insertInto('application_policies')
      .values({ ikey, policy_key: policyKey })
      .onConflict((conflict) => conflict.column('ikey').doUpdateSet({ policy_key: policyKey }))
      .execute()
  }

  /** @returns Whether the policy was that of the application. */
  async unsetApplication(ikey: string, policyKey: string, db: StoreDb): Promise<boolean> {
    const { numDeletedRows } = await db
      .deleteFrom('application_policies')
      .where('ikey', '=', ikey)
      .where('policy_key', '=', policyKey)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  /**
   * Attaches a policy to a group in an application.
   *
   * @param position Place in the stack from 1; at the end without one.
   */
  async attachToGroup(
    { ikey, groupId }: { readonly ikey: string; readonly groupId: string },
    policyKey: string,
    position: number | undefined,
    db: StoreDb,
  ): Promise<void> {
    const rows = await this.#stack(ikey, db)
    const others = rows.filter((row) => row.policy_key !== policyKey || row.group_id !== groupId)
    others.splice((position ?? rows.length + 1) - 1, 0, {
      policy_key: policyKey,
      group_id: groupId,
    })
    await this.#writeStack(ikey, others, db)
  }

  /** @returns Whether the policy was attached to the group. */
  async detachFromGroup(
    { ikey, groupId }: { readonly ikey: string; readonly groupId: string },
    policyKey: string,
    db: StoreDb,
  ): Promise<boolean> {
    const rows = await this.#stack(ikey, db)
    const left = rows.filter((row) => row.policy_key !== policyKey || row.group_id !== groupId)
    if (left.length === rows.length) return false
    await this.#writeStack(ikey, left, db)
    return true
  }

  /** Every policy that applies in an application, the most specific first. */
  async layers(ikey: string, db: StoreDb): Promise<readonly PolicyLayer[]> {
    const [layers = []] = await this.#layersByIkeys([ikey], db)
    return layers
  }

  /** The layers of every application; the last ones are those of an application without policies. */
  async allLayers(db: StoreDb): Promise<readonly ApplicationLayers[]> {
    const applications = await integrationTypesByIkey(db)
    const all = [...applications, { ikey: '', type: '' }]
    const layers = await this.#layersByIkeys(
      all.map(({ ikey }) => ikey),
      db,
    )
    return all.map((application, index) => ({ ...application, layers: layers[index] ?? [] }))
  }

  /** Like `layers`, but simultaneous look-ups share one query, and one connection to the database. */
  async layersInTurn(ikey: string): Promise<readonly PolicyLayer[]> {
    return await this.#inTurn.ask(ikey)
  }

  async #layersByIkeys(
    ikeys: readonly string[],
    db: StoreDb,
  ): Promise<readonly (readonly PolicyLayer[])[]> {
    const rows = await layersOf(db, { ikeys: JSON.stringify(ikeys) })
    const byIkey = Map.groupBy(rows, (row) => row.ikey)
    return ikeys.map((ikey) => {
      // a global policy has the empty key
      const own = ((ikey === '' ? undefined : byIkey.get(ikey)) ?? []).toSorted(
        (one, other) => one.position - other.position,
      )
      return [
        ...own.filter((row) => row.group_id !== '').map(toGroupLayer),
        ...own.filter((row) => row.group_id === '').map((row) => toLayer('application', row)),
        ...(byIkey.get('') ?? []).map((row) => toLayer('global', row)),
      ]
    })
  }

  /** The group policies of an application, in order, locked until the transaction ends. */
  async #stack(
    ikey: string,
    db: StoreDb,
  ): Promise<{ readonly policy_key: string; readonly group_id: string }[]> {
    await lockIntegration(ikey, this.#store, db)
    return await db
      .selectFrom('group_policies')
      .select(['policy_key', 'group_id'])
      .where('ikey', '=', ikey)
      .orderBy('position')
      .execute()
  }

  async #writeStack(
    ikey: string,
    rows: readonly { readonly policy_key: string; readonly group_id: string }[],
    db: StoreDb,
  ): Promise<void> {
    await db.deleteFrom('group_policies').where('ikey', '=', ikey).execute()
    const numbered = rows.map((row, index) => ({ ikey, ...row, position: index + 1 }))
    if (numbered.length > 0) await db.insertInto('group_policies').values(numbered).execute()
  }
}

function toGroupLayer(row: LayerRow): PolicyLayer {
  return { ...toLayer('group', row), group: { groupId: row.group_id, name: row.group_name } }
}

function toLayer(level: PolicyLayer['level'], row: LayerRow): PolicyLayer {
  const { policy_key: policyKey, name } = row
  return { level, policy: { policyKey, name, sections: JSON.parse(row.sections) } }
}
