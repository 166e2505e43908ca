import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Groups } from '../../../../../src/service/people/groups.ts'
import { AdminApiClient } from '../../../../rig/admin_api.ts'
import { TestService } from '../../../../rig/service.ts'

describe('Admin API: groups', () => {
  let service: TestService
  let admin: AdminApiClient

  before(async () => {
    service = await TestService.start()
    admin = await AdminApiClient.create(service)
  })
  after(() => service.close())

  test('are created, shown, changed and deleted', async () => {
    const created = await admin.ok('POST', '/admin/v1/groups', { name: 'staff', desc: 'All' })
    assert.deepEqual(created, {
      desc: 'All',
      group_id: created.group_id,
      name: 'staff',
      status: 'active',
      push_enabled: false,
      sms_enabled: false,
      voice_enabled: false,
      mobile_otp_enabled: false,
    })
    assert.match(created.group_id, /^DG[A-Z0-9]{18}$/)
    const path = `/admin/v1/groups/${created.group_id}`
    const changed = await admin.ok('POST', path, { status: 'Disabled', desc: '' })
    assert.deepEqual(changed, { ...created, desc: '', status: 'disabled' })
    assert.deepEqual(await admin.ok('GET', path), changed)
    const v2 = await admin.ok('GET', `/admin/v2/groups/${created.group_id}`)
    assert.deepEqual(v2, { ...changed, status: 'Disabled' })
    assert.equal(await admin.ok('DELETE', path), '')
    assert.equal(await admin.ok('DELETE', path), '')
    assert.deepEqual(await admin.failure('GET', path), [404, 40401, 'group_id'])
  })

  test('are listed in pages, and found by their identifiers', async () => {
    const ids: string[] = []
    for (const name of ['page a', 'page b', 'page c']) {
      ids.push((await admin.ok('POST', '/admin/v1/groups', { name })).group_id)
    }
    const first = await admin.envelope('GET', '/admin/v1/groups', { limit: 2 })
    assert.deepEqual(first.metadata, { next_offset: 2, total_objects: 3 })
    const last = await admin.envelope('GET', '/admin/v1/groups', { limit: 2, offset: 2 })
    assert.deepEqual(last.metadata, { prev_offset: 0, total_objects: 3 })
    assert.deepEqual(last.response[0].group_id, ids[2])
    const named = { group_id_list: JSON.stringify([ids[1], 'DGAAAAAAAAAAAAAAAAAA']) }
    const found = await admin.envelope('GET', '/admin/v1/groups', named)
    assert.deepEqual(
      found.response.map(({ name }: { name: string }) => name),
      ['page b'],
    )
    assert.deepEqual(found.metadata, { total_objects: 1 })
  })

  test('lists members in pages', async () => {
    const { group_id: groupId } = await admin.ok('POST', '/admin/v1/groups', { name: 'members' })
    const members = []
    for (const username of ['ann', 'ben', 'cid']) {
      const { userId } = await service.addUser({ username })
      await service.store.transaction((db) => new Groups().addMember(groupId, userId, db))
      members.push({ user_id: userId, username })
    }
    members.sort((one, other) => (one.user_id < other.user_id ? -1 : 1))
    const path = `/admin/v2/groups/${groupId}/users`
    const { response, metadata } = await admin.envelope('GET', path, { limit: 2 })
    assert.deepEqual(response, members.slice(0, 2))
    assert.deepEqual(metadata, { next_offset: 2, total_objects: 3 })
  })

  describe('failures name the parameter', () => {
    const groups = '/admin/v1/groups'
    const rows: readonly (readonly [string, Readonly<Record<string, unknown>>, unknown[]])[] = [
      ['a missing name', {}, [400, 40001, 'name']],
      ['an empty name', { name: '' }, [400, 40002, 'name: expected a value']],
      [
        'an unknown status',
        { name: 'x', status: 'locked' },
        [400, 40002, 'status: expected one of active, bypass, disabled'],
      ],
      [
        'a name that is taken',
        { name: 'twice' },
        [400, 40003, "name: there is a group 'twice' already"],
      ],
    ]
    before(() => admin.ok('POST', groups, { name: 'twice' }))
    for (const [title, parameters, expected] of rows) {
      test(title, async () => {
        assert.deepEqual(await admin.failure('POST', groups, parameters), expected)
      })
    }
    test('limit and offset', async () => {
      assert.deepEqual(await admin.failure('GET', groups, { limit: 0 }), [
        ...[400, 40002, 'limit: expected 1 or more'],
      ])
      assert.deepEqual(await admin.failure('GET', groups, { offset: 'x' }), [
        ...[400, 40002, 'offset: expected 0 or more'],
      ])
    })
    test('a method that the path does not have', async () => {
      assert.deepEqual(await admin.failure('PUT', groups), [405, 40501, undefined])
      assert.deepEqual(await admin.failure('PUT', `${groups}/DGX`), [405, 40501, undefined])
    })
  })

  test('a change is a line of the administrator log, by the name of the application', async () => {
    await admin.ok('POST', '/admin/v1/groups', { name: 'logged' })
    const line = await service.store.db
      .selectFrom('administrator_log')
      .selectAll()
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    assert.deepEqual(
      [line.actor, line.action, line.object],
      [`api:${admin.integration.name}`, 'group_create', 'logged'],
    )
  })
})
