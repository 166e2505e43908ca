import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Users } from '../../../src/service/people/users.ts'
import { migrations } from '../../../src/service/store/migrations/migrations.ts'
import { onBothDatabases } from '../../rig/store.ts'

const indexes = [
  'users_by_username',
  'users_by_realname',
  'users_by_email',
  'users_by_created',
  'users_by_last_login',
  'groups_by_name',
  'group_members_of_group',
  'phones_by_number',
  'phones_by_created',
  'oath_tokens_by_serial',
  'yubikeys_by_serial',
  'integrations_by_name',
]

onBothDatabases('migration 0011', (rig) => {
  test('finds the users of older data by their words', async () => {
    const store = await rig().open()
    const users = new Users()
    await store.transaction(async (db) => {
      for (let index = 0; index < 600; index++) {
        const names = { realname: `Ada Number${index}`, email: `ada${index}@example.com` }
        await users.create({ username: `ada${index}`, aliases: [`a${index}`], ...names }, 0, db)
      }
    })
    await store.db.schema.dropTable('user_words').execute()
    for (const index of indexes) await store.db.schema.dropIndex(index).execute()
    await migrations['0011_administration']?.up(store.db)
    for (const search of ['number599', 'ada599@', 'a599', 'ada number599']) {
      const { items } = await users.page({ limit: 9, search }, store.db)
      assert.deepEqual(
        items.map(({ username }) => username),
        ['ada599'],
        search,
      )
    }
    assert.equal(await users.total({ search: 'ADA' }, store.db), 600)
  })
})
