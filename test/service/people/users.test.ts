import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { lookupName } from '../../../src/duo/index.ts'
import { OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import { Groups } from '../../../src/service/people/groups.ts'
import { Users } from '../../../src/service/people/users.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { onBothDatabases } from '../../rig/store.ts'

const now = Date.UTC(2026, 0, 1)

describe('the name under which a user is looked up', () => {
  for (const [written, none, simple] of [
    ['Alice', 'alice', 'alice'],
    ['CORP\\Alice', 'corp\\alice', 'alice'],
    ['alice@corp.example', 'alice@corp.example', 'alice'],
    ['CORP\\alice@corp.example', 'corp\\alice@corp.example', 'alice'],
    ['@alice', '@alice', '@alice'],
    ['A\u030Angstro\u0308m', '\u00E5ngstr\u00F6m', '\u00E5ngstr\u00F6m'],
  ] as const) {
    test(written, () => {
      assert.equal(lookupName(written, 'none'), none)
      assert.equal(lookupName(written, 'simple'), simple)
    })
  }
})

onBothDatabases('users', (rig) => {
  let store: Store
  let users: Users
  before(async () => {
    store = await rig().open()
    users = new Users()
  })

  const create = (username: string, ...aliases: string[]) =>
    store.transaction((db) => users.create({ username, aliases }, now, db))

  test('notes a last login once a minute, and again if the clock was set back', async () => {
    const { userId } = await create('kim')
    const noted = []
    for (const moment of [now, now + 59_000, now + 61_000, now - 5_000]) {
      await users.signedIn({ userId }, moment, store.db)
      noted.push((await users.byId(userId, store.db))?.lastLogin)
    }
    assert.deepEqual(noted, [now, now, now + 61_000, now - 5_000])
  })

  test('prefers the name as typed to the one without its domain', async () => {
    const plain = await create('erin')
    const withDomain = await create('erin@corp.example')
    assert.equal(
      (await users.byLoginName('erin@corp.example', 'simple', store.db))?.userId,
      withDomain.userId,
    )
    assert.equal(
      (await users.byLoginName('erin@other.example', 'simple', store.db))?.userId,
      plain.userId,
    )
  })

  test('finds no user by a name that none can have', async () => {
    for (const name of ['', ' ', 'a\0b', '\ud800', "'; drop table users; --", 'x'.repeat(10_000)]) {
      assert.equal(await users.byLoginName(name, 'simple', store.db), undefined)
    }
  })

  test('keeps the names of one of two administrators who change a user at once', async () => {
    const { userId } = await create('gina')
    const setAliases = (...aliases: string[]) =>
      store.transaction((db) => users.setAliases(userId, aliases, db))
    for (let round = 0; round < 5; round++) {
      await Promise.all([
        setAliases(`g-one${round}`, `g-two${round}`),
        setAliases(`g-red${round}`, `g-blue${round}`),
        store.transaction((db) => users.update(userId, { username: `gina${round}` }, db)),
      ])
      const found = await users.byId(userId, store.db)
      assert.equal(found?.aliases.length, 2)
      for (const name of [found.username, ...found.aliases]) {
        const { items } = await users.page({ limit: 10, search: name }, store.db)
        assert.deepEqual(
          items.map((user) => user.userId),
          [userId],
        )
      }
    }
  })

  test('stores a new name in the same form as the first', async () => {
    const { userId } = await create('frank', 'f.f')
    const rename = (username: string) =>
      store.transaction((db) => users.update(userId, { username }, db))
    await rename('  Franklin ')
    const renamed = await users.byName('franklin', store.db)
    assert.equal(renamed?.username, 'Franklin')
    assert.deepEqual(renamed.aliases, ['f.f'])
    assert.equal(await users.byName('frank', store.db), undefined)
    await create('grace')
    await assert.rejects(rename('GRACE'), { code: 'DIRECTORY_NAME_TAKEN' })
    await assert.rejects(rename('a\nb'), { code: 'DIRECTORY_NAME' })
    assert.equal((await users.byName('franklin', store.db))?.userId, userId)
  })

  test('sets at most eight aliases, each of one user, all or none', async () => {
    const { userId } = await create('heidi', 'h1', 'h2')
    const set = (...aliases: string[]) =>
      store.transaction((db) => users.setAliases(userId, aliases, db))
    await assert.rejects(set(...'123456789'), { code: 'DIRECTORY_TOO_MANY' })
    await assert.rejects(set('h3', 'HEIDI'), { code: 'DIRECTORY_NAME_TAKEN' })
    assert.deepEqual((await users.byId(userId, store.db))?.aliases, ['h1', 'h2'])
    await set('h2', 'h1', 'H3')
    assert.deepEqual((await users.byName('h3', store.db))?.aliases, ['h2', 'h1', 'H3'])
  })

  test('gives a name to one of ten concurrent requests', async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => create('ivan')))
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const result of results) {
      if (result.status === 'rejected') assert.equal(result.reason.code, 'DIRECTORY_NAME_TAKEN')
    }
    assert.equal(
      (await users.list(store.db)).filter(({ username }) => username === 'ivan').length,
      1,
    )
  })

  test('removes a deleted user from groups, and unassigns the token', async () => {
    const { userId } = await create('judy')
    const { groupId, tokenId } = await store.transaction(async (db) => {
      const { groupId } = await new Groups().create('admins', 'active', '', db)
      await new Groups().addMember(groupId, userId, db)
      const { token } = await new OathTokens(store).create(userId, { kind: 'hotp' }, now, db)
      return { groupId, tokenId: token.tokenId }
    })
    await store.transaction((db) => users.remove(userId, db))
    const members = store.db.selectFrom('group_members').selectAll().where('group_id', '=', groupId)
    assert.deepEqual(await members.execute(), [])
    const left = (await new OathTokens(store).list(store.db)).find(
      (token) => token.tokenId === tokenId,
    )
    assert.equal(left?.userId, null)
    assert.equal(await users.byName('judy', store.db), undefined)
  })

  test('keeps group names unique, and changes the status for all members', async () => {
    const groups = new Groups()
    const { userId } = await create('liam')
    const group = await store.transaction(async (db) => {
      const made = await groups.create('contractors', 'active', 'until June', db)
      await groups.addMember(made.groupId, userId, db)
      return made
    })
    const again = store.transaction((db) => groups.create('contractors', 'active', '', db))
    await assert.rejects(again, { code: 'DIRECTORY_NAME_TAKEN' })
    await store.transaction((db) => groups.update(group.groupId, { status: 'disabled' }, db))
    assert.deepEqual(await groups.ofUser(userId, store.db), [{ ...group, status: 'disabled' }])
    await store.transaction((db) => groups.removeMember(group.groupId, userId, db))
    assert.deepEqual(await groups.ofUser(userId, store.db), [])
    await store.transaction((db) => groups.remove(group.groupId, db))
    assert.equal(await groups.byName('contractors', store.db), undefined)
  })
})
