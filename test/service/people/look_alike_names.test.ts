import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { collidingNames } from '../../../src/service/people/colliding_names.ts'
import { Users } from '../../../src/service/people/users.ts'
import { names } from '../../../src/service/store/migrations/0003_names.ts'
import { namesWithoutDomain } from '../../../src/service/store/migrations/0009_names_without_domain.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { onBothDatabases } from '../../rig/store.ts'

onBothDatabases('names that look alike', (rig) => {
  let stores: readonly [Store, Store]
  before(async () => {
    stores = [await rig().open(), await rig().open()]
  })

  const create = (username: string, aliases: readonly string[] = [], index: 0 | 1 = 0, now = 0) =>
    stores[index].transaction((db) => new Users().create({ username, aliases }, now, db))
  const users = () => new Users()
  const setAliases = (userId: string, ...aliases: string[]) =>
    stores[0].transaction((db) => users().setAliases(userId, aliases, db))
  const rename = (userId: string, username: string) =>
    stores[0].transaction((db) => users().update(userId, { username }, db))

  test('belong to one user, as name, alias or new name', async () => {
    const { userId } = await create('alice')
    const other = await create('bob')
    for (const written of ['àlice', 'alice.', 'ałice', 'ａlice']) {
      const refused = { code: 'DIRECTORY_LOOK_ALIKE' }
      await assert.rejects(create(written), refused)
      await assert.rejects(create('carol', [written]), refused)
      await assert.rejects(setAliases(other.userId, written), refused)
      await assert.rejects(rename(other.userId, written), refused)
    }
    await assert.rejects(create('àlice'), /'àlice' looks like 'alice': .* alias of 'alice'/)
    await setAliases(userId, 'àlice', 'álice')
    assert.equal((await users().byName('ÁLICE', stores[0].db))?.userId, userId)
    await rename(userId, 'âlice')
    await assert.rejects(create('alice'), { code: 'DIRECTORY_LOOK_ALIKE' })
    await setAliases(userId)
    await rename(userId, 'alison')
    await create('alïce')
  })

  test('are given to one of ten concurrent requests in two processes', async () => {
    for (let round = 0; round < 5; round++) {
      const plain = `zoe${round}`
      const variants = ['zoë', 'zoé', 'zoè', 'zöe', 'żoe', 'zoē', 'ｚoe', 'zo\u0335e', 'zoę', 'zoe']
      const results = await Promise.allSettled(
        variants.map((variant, index) => create(`${variant}${round}`, [], index % 2 === 0 ? 0 : 1)),
      )
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1, plain)
      for (const result of results) {
        if (result.status === 'rejected') {
          assert.match(String(result.reason.code), /^DIRECTORY_(LOOK_ALIKE|NAME_TAKEN)$/)
        }
      }
      const kept = await stores[0].db
        .selectFrom('user_names')
        .select('written')
        .where('folded', '=', plain)
        .execute()
      assert.equal(kept.length, 1)
    }
  })

  test('are refused with the position of a wrong character', async () => {
    await assert.rejects(create('d\u0430ve'), {
      code: 'DIRECTORY_NAME',
      message: /character 2 'а' \(U\+0430\) is Cyrillic and the text before it is Latin/,
    })
    await assert.rejects(create('dave', ['da\u200bve']), {
      code: 'DIRECTORY_NAME',
      message: /character 3 \(U\+200B\) is a control, format or unassigned character/,
    })
  })

  test('are kept and reported if older data has them', async () => {
    const { db } = stores[0]
    const umlaut = await create('müller', [], 0, 2)
    const plain = await create('somebody', ['other'], 0, 1)
    await db.schema.dropIndex('user_names_claimed').execute()
    await db.schema.dropIndex('user_names_folded').execute()
    await db.schema.dropIndex('user_names_folded_simple').execute()
    await db.schema.alterTable('user_names').dropColumn('folded_simple').execute()
    await db.schema.alterTable('user_names').dropColumn('folded').execute()
    await db.schema.alterTable('user_names').dropColumn('claims').execute()
    const renamed = db.updateTable('user_names').set({ name: 'muller', written: 'Muller' })
    await renamed.where('name', '=', 'somebody').execute()
    await names(db)
    await namesWithoutDomain(db)
    const rows = await db
      .selectFrom('user_names')
      .select(['written', 'claims'])
      .where('folded', '=', 'muller')
      .orderBy('written')
      .execute()
    assert.deepEqual(
      rows.map(({ written, claims }) => [written, claims]),
      [
        ['Muller', 1],
        ['müller', 0],
      ],
    )
    const groups = await collidingNames(db)
    assert.deepEqual(
      groups.map((group) => group.map(({ userId, name }) => [userId, name])),
      [
        [
          [plain.userId, 'Muller'],
          [umlaut.userId, 'müller'],
        ],
      ],
    )
    assert.equal((await users().byName('müller', db))?.userId, umlaut.userId)
    assert.equal((await users().byName('muller', db))?.userId, plain.userId)
    await assert.rejects(create('mûller'), { code: 'DIRECTORY_LOOK_ALIKE' })
    // when one of the two is deleted, the other still has the name
    await stores[0].transaction((own) => users().remove(plain.userId, own))
    await assert.rejects(create('muller'), { code: 'DIRECTORY_LOOK_ALIKE' })
    assert.deepEqual(await collidingNames(db), [])
  })
})
