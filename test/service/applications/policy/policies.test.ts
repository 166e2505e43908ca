import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { Integrations } from '../../../../src/service/applications/integrations.ts'
import { changeApplicationPolicy } from '../../../../src/service/applications/policy/application_policy.ts'
import { Policies } from '../../../../src/service/applications/policy/policies.ts'
import { migrations } from '../../../../src/service/store/migrations/migrations.ts'
import type { Store } from '../../../../src/service/store/store.ts'
import { onBothDatabases } from '../../../rig/store.ts'

async function createPolicy(store: Store, name: string) {
  return await store.transaction((db) => new Policies(store).create({ name, sections: {} }, 0, db))
}

onBothDatabases('names of policies', (rig) => {
  test('rejects a name that another policy has, in any case', async () => {
    const store = await rig().open()
    const strict = await createPolicy(store, 'Strict')
    for (const name of ['Strict', ' sTRICT ']) {
      await assert.rejects(createPolicy(store, name), { code: 'ACCESS_POLICY_NAME_TAKEN' })
    }
    const other = await createPolicy(store, 'Other')
    const rename = (policy: typeof other, name: string) =>
      store.transaction((db) => new Policies(store).update(policy, { name }, db))
    await assert.rejects(rename(other, 'strict'), { code: 'ACCESS_POLICY_NAME_TAKEN' })
    await rename(strict, 'STRICT')
    await rename(strict, 'Stricter')
    await rename(other, 'strict')
    const found = await new Policies(store).byName('Strict', store.db)
    assert.equal(found?.policyKey, other.policyKey)
  })

  test('concurrent creations give a name to one policy', async () => {
    const store = await rig().open()
    const results = await Promise.allSettled(
      ['Base', 'base'].map((name) => createPolicy(store, name)),
    )
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
  })

  test('numbers the policy of an application whose name is taken', async () => {
    const store = await rig().open()
    await createPolicy(store, 'Mail')
    const policy = await store.transaction(async (db) => {
      const mail = await new Integrations(store).create({ name: 'Mail', type: 'radius' }, 0, db)
      return await changeApplicationPolicy(store, mail, { newUsers: 'deny' }, 0, db)
    })
    assert.equal(policy?.name, 'Mail 2')
  })

  test('migration 0012 keeps the name of the oldest policy and makes the others unique', async () => {
    const store = await rig().open()
    const { db } = store
    await db.deleteFrom('policies').execute()
    await db.schema.dropIndex('policies_name').execute()
    await db.schema.alterTable('policies').dropColumn('name_key').execute()
    for (const [key, name, created] of [
      ['PO2', 'strict ', 2],
      ['PO1', 'Strict', 1],
      ['PO3', 'Base', 3],
    ] as const) {
      await sql`insert into policies (policy_key, name, sections, is_global, created)
        values (${key}, ${name}, '{}', 0, ${created})`.execute(db)
    }
    await migrations['0012_policy_names']?.up(db)
    const names = (await new Policies(store).list(db)).map(({ policyKey, name }) => [
      policyKey,
      name,
    ])
    assert.deepEqual(Object.fromEntries(names), {
      PO1: 'Strict',
      PO2: 'strict  (PO2)',
      PO3: 'Base',
    })
    await assert.rejects(createPolicy(store, 'base'), { code: 'ACCESS_POLICY_NAME_TAKEN' })
  })
})
