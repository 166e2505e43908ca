import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { restoreUser, trashUser } from '../../../src/service/administration/acts/trash.ts'
import { deleteUser, updateUser } from '../../../src/service/administration/acts/users.ts'
import { Administration } from '../../../src/service/administration/administration.ts'
import { builtInRole } from '../../../src/service/administration/roles.ts'
import { UserUpkeep } from '../../../src/service/administration/user_upkeep.ts'
import { OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import { Phones } from '../../../src/service/authenticators/phone/phones.ts'
import { currentStatus, type User } from '../../../src/service/people/user.ts'
import { Users } from '../../../src/service/people/users.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { World } from '../administration/attempts.ts'

const dayMs = 24 * 60 * 60_000

onBothDatabases('users over time', (rig) => {
  const clock = new ManualClock()
  let store: Store
  let world: World
  let owner: Administration
  let upkeep: UserUpkeep
  const users = new Users()
  before(async () => {
    store = await rig().open()
    world = new World(store, clock)
    owner = new Administration(store, clock, { name: 'cli:root', role: builtInRole('Owner') })
    upkeep = new UserUpkeep(store, clock)
  })

  const read = async ({ userId }: User) => await users.byId(userId, store.db)
  const listed = async (trash?: 'only') =>
    (await users.page({ limit: 100, trash }, store.db)).items.map(({ username }) => username)

  test('a removed user leaves the list, and comes back with devices and status', async () => {
    const user = await world.user({ status: 'disabled', aliases: ['trash alias'] })
    const phone = await world.phone(user)
    await owner.run(trashUser, { user })
    assert.equal((await read(user))?.status, 'pending deletion')
    assert(!(await listed()).includes(user.username))
    assert((await listed('only')).includes(user.username))
    await owner.run(restoreUser, { user })
    const restored = await read(user)
    assert.equal(restored?.status, 'disabled')
    assert.deepEqual(restored?.aliases, ['trash alias'])
    assert.deepEqual(
      (await new Phones().ofUser(user.userId, store.db)).map(({ phoneId }) => phoneId),
      [phone.phoneId],
    )
  })

  test('the names of a user in the trash stay taken', async () => {
    const user = await world.user({ aliases: ['kept alias'] })
    await owner.run(trashUser, { user })
    for (const username of [user.username, 'kept alias']) {
      await assert.rejects(world.user({ username }), { code: 'DIRECTORY_NAME_TAKEN' })
    }
  })

  test('a user in the trash is not changed', async () => {
    const user = await world.user()
    await owner.run(trashUser, { user })
    const change = { realname: 'Changed' }
    await assert.rejects(owner.run(updateUser, { user, change }), { code: 'DIRECTORY_STATUS' })
  })

  test('the trash is emptied after seven days', async () => {
    const user = await world.user()
    await owner.run(trashUser, { user })
    clock.advance(7 * dayMs - 1)
    await upkeep.tidy()
    assert.notEqual(await read(user), undefined)
    clock.advance(1)
    await upkeep.tidy()
    assert.equal(await read(user), undefined)
    await assert.rejects(owner.run(restoreUser, { user }), { code: 'DIRECTORY_NOT_FOUND' })
  })

  test('of two restores at once one succeeds, and the other says why not', async () => {
    const { user } = await world.trashedUser()
    const results = await Promise.allSettled([
      owner.run(restoreUser, { user }),
      owner.run(restoreUser, { user }),
    ])
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const rejected = results.find(({ status }) => status === 'rejected')
    assert.equal(rejected?.status === 'rejected' && rejected.reason.code, 'DIRECTORY_STATUS')
  })

  test('a restore at the moment of the purge either keeps the user or fails', async () => {
    for (let round = 0; round < 10; round++) {
      const { user } = await world.trashedUser()
      clock.advance(8 * dayMs)
      const [restored] = await Promise.allSettled([owner.run(restoreUser, { user }), upkeep.tidy()])
      const after = await read(user)
      assert.equal(restored.status === 'fulfilled', after !== undefined)
      if (after !== undefined) assert.equal(after.status, 'active')
    }
  })

  test('a bypass ends by itself, also before the upkeep has run', async () => {
    const user = await world.user()
    await owner.run(updateUser, { user, change: { status: 'bypass' } })
    const before = await read(user)
    assert.deepEqual(before?.bypass, {
      since: clock.now(),
      until: clock.now() + dayMs,
      by: 'cli:root',
    })
    clock.advance(dayMs - 1)
    assert.equal(currentStatus(before, clock.now()), 'bypass')
    clock.advance(1)
    assert.equal(currentStatus(before, clock.now()), 'active')
    await upkeep.tidy()
    const ended = await read(user)
    assert.equal(ended?.status, 'active')
    assert.equal(ended?.bypass, null)
  })

  test('a bypass without an end stays, and an edit of another field keeps its beginning', async () => {
    const user = await world.user()
    await owner.run(updateUser, { user, change: { status: 'bypass', bypassUntil: null } })
    const since = clock.now()
    clock.advance(100 * dayMs)
    await upkeep.tidy()
    await owner.run(updateUser, { user, change: { realname: 'Other', status: 'bypass' } })
    assert.deepEqual((await read(user))?.bypass, { since, until: null, by: 'cli:root' })
  })

  test('an act on a deleted user reports that the user is gone', async () => {
    const user = await world.user()
    await owner.run(deleteUser, { user })
    for (const act of [
      () => owner.run(deleteUser, { user }),
      () => owner.run(updateUser, { user, change: { realname: 'x' } }),
      () => owner.run(trashUser, { user }),
    ]) {
      await assert.rejects(act, { code: 'DIRECTORY_NOT_FOUND' })
    }
  })

  test('tells unknown, known without a device, enrolled, and once enrolled', async () => {
    const user = await world.user()
    assert.equal((await read(user))?.enrolled, false)
    assert.equal((await read(user))?.firstEnrolled, null)
    const created = clock.now()
    const phone = await world.phone(user)
    assert.equal((await read(user))?.enrolled, true)
    clock.advance(dayMs)
    await store.transaction((db) => new Phones().remove(phone.phoneId, db))
    assert.equal((await read(user))?.enrolled, false)
    assert.equal((await read(user))?.firstEnrolled, created)
  })

  test('counts tokens from their assignment on', async () => {
    const [user, other] = [await world.user(), await world.user()]
    const { token } = await world.token()
    const tokens = new OathTokens(store)
    const assign = (userId: string | null) =>
      store.transaction((db) => tokens.assign(token.tokenId, userId, clock.now(), db))
    clock.advance(dayMs)
    await assign(user.userId)
    assert.equal((await read(user))?.firstEnrolled, clock.now())
    await assign(other.userId)
    assert.equal((await read(user))?.enrolled, false)
    assert.equal((await read(other))?.enrolled, true)
    await assign(null)
    assert.equal((await read(other))?.enrolled, false)
  })

  test('concurrent changes of devices leave the right number', async () => {
    const user = await world.user()
    const first = await world.phone(user)
    const { token } = await world.token()
    await Promise.all([
      store.transaction((db) => new Phones().remove(first.phoneId, db)),
      store.transaction((db) =>
        new OathTokens(store).assign(token.tokenId, user.userId, clock.now(), db),
      ),
      world.phone(user),
      world.phone(user),
    ])
    const row = await store.db
      .selectFrom('users')
      .select('devices')
      .where('user_id', '=', user.userId)
      .executeTakeFirstOrThrow()
    assert.equal(row.devices, 3)
  })
})
