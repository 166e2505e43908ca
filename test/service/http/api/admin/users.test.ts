import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { AdminApiClient } from '../../../../rig/admin_api.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import type { TestService } from '../../../../rig/service.ts'
import { serviceMainlyOnSqlite } from '../../../../rig/service_databases.ts'

const users = '/admin/v1/users'
const start = Date.parse('2026-03-04T15:04:05Z')

serviceMainlyOnSqlite('Admin API: users', (rig) => {
  let service: TestService
  let admin: AdminApiClient
  const clock = new ManualClock(start)

  before(async () => {
    service = await rig.start({ clock })
    admin = await AdminApiClient.create(service)
  })

  test('a new user has the fields of the reference', async () => {
    const created = await admin.ok('POST', users, {
      ...{ username: 'jsmith', realname: 'Joe Smith', firstname: 'Joe', lastname: 'Smith' },
      ...{ email: 'jsmith@example.com', aliases: 'alias1=joe.smith&alias2=js%40example.com' },
    })
    assert.match(created.user_id, /^DU[A-Z0-9]{18}$/)
    assert.deepEqual(created, {
      alias1: 'joe.smith',
      alias2: 'js@example.com',
      alias3: null,
      alias4: null,
      aliases: { alias1: 'joe.smith', alias2: 'js@example.com' },
      created: start / 1000,
      custom_attributes: {},
      desktop_authenticators: [],
      email: 'jsmith@example.com',
      enable_auto_prompt: true,
      external_id: null,
      firstname: 'Joe',
      groups: [],
      is_enrolled: false,
      last_directory_sync: null,
      last_login: null,
      lastname: 'Smith',
      lockout_reason: null,
      notes: '',
      phones: [],
      realname: 'Joe Smith',
      status: 'active',
      tokens: [],
      u2ftokens: [],
      user_id: created.user_id,
      username: 'jsmith',
      webauthncredentials: [],
    })
    assert.deepEqual(await admin.ok('GET', `${users}/${created.user_id}`), created)
  })

  test('are found by username, alias, mail address and lists', async () => {
    const one = await admin.ok('POST', users, {
      ...{ username: 'find.me', alias1: 'findme2', email: 'Find.Me@example.com' },
    })
    const two = await admin.ok('POST', users, { username: 'find.also' })
    for (const parameters of [
      { username: 'find.me' },
      { username: 'FINDME2' },
      { email: 'find.me@EXAMPLE.com' },
      { user_id_list: JSON.stringify([one.user_id]) },
      { username_list: JSON.stringify(['findme2', 'nobody']) },
    ]) {
      assert.deepEqual(await admin.ok('GET', users, parameters), [one])
    }
    assert.deepEqual(await admin.ok('GET', users, { username: 'nobody' }), [])
    const both = await admin.ok('GET', users, { username_list: '["find.me", "find.also"]' })
    assert.deepEqual(both, [one, two])
  })

  test('aliases are set one by one, and removed by an empty value', async () => {
    const created = await admin.ok('POST', users, {
      username: 'ali',
      alias1: 'ali1',
      alias2: 'ali2',
    })
    const path = `${users}/${created.user_id}`
    const changed = await admin.ok('POST', path, { alias2: 'ali-two' })
    assert.deepEqual(changed.aliases, { alias1: 'ali1', alias2: 'ali-two' })
    const eight = await admin.ok('POST', path, { aliases: { alias3: 'ali3', alias8: 'ali8' } })
    assert.deepEqual(Object.values(eight.aliases), ['ali1', 'ali-two', 'ali3', 'ali8'])
    const fewer = await admin.ok('POST', path, { alias1: '', alias2: '' })
    assert.deepEqual(fewer.aliases, { alias1: 'ali3', alias2: 'ali8' })
    const wrong = await admin.failure('POST', path, { aliases: 'alias9=x' })
    assert.deepEqual(wrong, [400, 40002, 'aliases: expected alias1 to alias8'])
  })

  test('a change of status, and of a lockout', async () => {
    const { user_id: userId } = await admin.ok('POST', users, { username: 'statuses' })
    const path = `${users}/${userId}`
    assert.equal((await admin.ok('POST', path, { status: 'Bypass' })).status, 'bypass')
    assert.equal((await admin.ok('POST', path, { status: 'disabled' })).status, 'disabled')
    const [status, code] = await admin.failure('POST', path, { status: 'locked out' })
    assert.deepEqual([status, code], [400, 40002])
    assert.equal((await admin.ok('POST', path, { status: 'active' })).status, 'active')
    const lock = { user_id: userId, ikey: '', source: '', consecutive: 50, locks: 1 }
    const times = { locked_until: start + 60_000, updated: start }
    await service.store.db
      .insertInto('failed_attempts')
      .values({ ...lock, ...times, last_wrong: '' })
      .execute()
    const locked = await admin.ok('GET', path)
    assert.deepEqual([locked.status, locked.lockout_reason], ['locked out', 'Failed Attempts'])
    const unlocked = await admin.ok('POST', path, { status: 'active' })
    assert.deepEqual([unlocked.status, unlocked.lockout_reason], ['active', null])
  })

  test('deletes a user for good, and keeps the phone', async () => {
    const { user_id: userId } = await admin.ok('POST', users, { username: 'leaver' })
    const phoneId = await service.addPhone(userId, '+12025550101')
    const path = `${users}/${userId}`
    assert.equal(await admin.ok('DELETE', path), '')
    assert.equal(await admin.ok('DELETE', path), '')
    assert.deepEqual(await admin.failure('GET', path), [404, 40401, 'user_id'])
    assert.deepEqual((await admin.ok('GET', `/admin/v1/phones/${phoneId}`)).users, [])
  })

  describe('in bulk', () => {
    test('creates all or none, and names the place of a failure', async () => {
      const made = await admin.ok('POST', `${users}/bulk_create`, {
        users: JSON.stringify([
          { username: 'bulk1', email: 'b1@example.com' },
          { username: 'bulk2' },
        ]),
      })
      assert.deepEqual(
        made.map((user: { username: string }) => user.username),
        ['bulk1', 'bulk2'],
      )
      const failed = await admin.failure('POST', `${users}/bulk_create`, {
        users: [{ username: 'bulk3' }, { username: 'bulk1' }],
      })
      assert.deepEqual(failed.slice(0, 2), [400, 40003])
      assert.match(String(failed[2]), /^users\.1\.username: /)
      assert.deepEqual(await admin.ok('GET', users, { username: 'bulk3' }), [])
      const nameless = await admin.failure('POST', `${users}/bulk_create`, { users: [{}] })
      assert.deepEqual(nameless, [400, 40001, 'users.0.username'])
    })

    test('moves users to the trash and back', async () => {
      const { user_id: userId } = await admin.ok('POST', users, { username: 'trashed' })
      const parameters = { user_id_list: JSON.stringify([userId]) }
      const [gone] = await admin.ok('POST', `${users}/bulk_send_to_trash`, parameters)
      assert.equal(gone.status, 'pending deletion')
      const [back] = await admin.ok('POST', `${users}/bulk_restore`, parameters)
      assert.equal(back.status, 'active')
      const twice = await admin.failure('POST', `${users}/bulk_restore`, parameters)
      assert.equal(twice[1], 40002)
    })
  })

  test('pages over 1,000 users, 300 at most on a page', async () => {
    const before = (await admin.envelope('GET', users)).metadata.total_objects
    for (let batch = 0; batch < 10; batch++) {
      const list = Array.from({ length: 100 }, (_, index) => ({
        username: `many-${batch}-${index}`,
      }))
      await admin.ok('POST', `${users}/bulk_create`, { users: list })
    }
    const seen = new Set<string>()
    const sizes: number[] = []
    let offset: number | undefined = 0
    while (offset !== undefined) {
      const { response, metadata } = await admin.envelope('GET', users, { limit: 500, offset })
      for (const user of response) seen.add(user.user_id)
      sizes.push(response.length)
      assert.equal(metadata.total_objects, before + 1000)
      offset = metadata.next_offset
    }
    assert.equal(seen.size, before + 1000)
    assert.ok(sizes.slice(0, -1).every((size) => size === 300))
  })
})
