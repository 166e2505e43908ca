import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrations } from '../../../src/service/store/migrations/migrations.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { onBothDatabases } from '../../rig/store.ts'

onBothDatabases('migration 0007', (rig) => {
  test('allows version 1 for type unix, and leaves no application of type websdk', async () => {
    const store: Store = await rig().open()
    await store.db.schema.alterTable('integrations').dropColumn('signature_v1').execute()
    for (const [ikey, type] of [
      ['DI1', 'unix'],
      ['DI2', 'radius'],
      ['DI3', 'websdk'],
      ['DI4', 'websdk'],
    ] as const) {
      const unsealed = { sealed_skey: '', username_normalization: 'none' }
      await store.db
        .insertInto('integrations')
        .values({ ikey, name: ikey, type, ...unsealed, enabled: 1, created: 0 })
        .execute()
    }
    await store.db.insertInto('settings').values({ name: 'portal_ikey', value: 'DI4' }).execute()
    await migrations['0007_clients']?.up(store.db)
    const rows = await store.db
      .selectFrom('integrations')
      .select(['ikey', 'type', 'signature_v1'])
      .orderBy('ikey')
      .execute()
    assert.deepEqual(
      rows.map(({ ikey, type, signature_v1 }) => [ikey, type, signature_v1]),
      [
        ['DI1', 'unix', 1],
        ['DI2', 'radius', 0],
        ['DI3', 'authapi', 0],
        ['DI4', 'portal', 0],
      ],
    )
  })
})
