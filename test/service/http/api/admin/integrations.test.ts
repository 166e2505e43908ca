import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret } from '../../../../../src/host/secret.ts'
import { AdminApiClient } from '../../../../rig/admin_api.ts'
import { TestService } from '../../../../rig/service.ts'

const path = '/admin/v3/integrations'

describe('Admin API: integrations', () => {
  let service: TestService
  let admin: AdminApiClient

  before(async () => {
    service = await TestService.start()
    admin = await AdminApiClient.create(service)
  })
  after(() => service.close())

  test('shows the secret key once, then masked; resets and reveals it', async () => {
    const created = await admin.ok('POST', path, { name: 'VPN', type: 'radius' })
    assert.match(created.integration_key, /^DI[A-Z0-9]{18}$/)
    assert.match(created.secret_key, /^[A-Za-z0-9]{40}$/)
    const own = `${path}/${created.integration_key}`
    const masked = '*'.repeat(36) + created.secret_key.slice(-4)
    assert.deepEqual(await admin.ok('GET', own), { ...created, secret_key: masked })
    assert.deepEqual(await admin.ok('GET', `${own}/skey`), { secret_key: created.secret_key })
    const reset = await admin.ok('POST', own, { reset_secret_key: 1 })
    assert.notEqual(reset.secret_key, created.secret_key)
    assert.deepEqual(await admin.ok('GET', `${own}/skey`), { secret_key: reset.secret_key })
    const kept = await admin.ok('POST', own, { reset_secret_key: 0, notes: 'for the office' })
    assert.equal(kept.secret_key, '*'.repeat(36) + reset.secret_key.slice(-4))
    assert.equal(kept.notes, 'for the office')
    const log = await service.store.db.selectFrom('administrator_log').selectAll().execute()
    assert.ok(log.some(({ action }) => action === 'integration_skey_reveal'))
    assert.ok(!JSON.stringify(log).includes(reset.secret_key))
    assert.equal(await admin.ok('DELETE', own), '')
    assert.deepEqual(await admin.failure('GET', own), [404, 40401, 'integration_key'])
  })

  test('a new application signs in with the key from the answer', async () => {
    const created = await admin.ok('POST', path, { name: 'Auth', type: 'authapi' })
    const integration = {
      ...service.integration,
      ikey: created.integration_key,
      skey: new Secret(created.secret_key),
    }
    const call = { method: 'GET', path: '/auth/v2/check', integration } as const
    assert.equal((await service.call(call)).status, 200)
  })

  test('accepts lists as JSON, as its text and comma-separated', async () => {
    const ids: string[] = []
    for (const name of ['red', 'blue']) {
      ids.push((await admin.ok('POST', '/admin/v1/groups', { name })).group_id)
    }
    ids.sort()
    const created = await admin.ok('POST', path, {
      ...{ name: 'lists', type: 'unix', groups_allowed: ids },
    })
    assert.deepEqual([created.groups_allowed, created.user_access], [ids, 'PERMITTED_GROUPS'])
    const own = `${path}/${created.integration_key}`
    for (const groups of [JSON.stringify(ids), ids.join(',')]) {
      const changed = await admin.ok('POST', own, { groups_allowed: groups })
      assert.deepEqual(changed.groups_allowed, ids)
    }
    const open = await admin.ok('POST', own, { groups_allowed: '' })
    assert.deepEqual([open.groups_allowed, open.user_access], [[], 'ALL_USERS'])
    const closed = await admin.ok('POST', own, { user_access: 'NO_USERS' })
    assert.equal(closed.user_access, 'NO_USERS')
  })

  test('attaches and detaches a policy, and maps enroll_policy', async () => {
    const created = await admin.ok('POST', '/admin/v1/integrations', {
      ...{ name: 'with policy', type: 'radius', enroll_policy: 'allow' },
    })
    assert.equal(created.enroll_policy, 'allow')
    assert.match(created.policy_key, /^PO/)
    const own = `/admin/v2/integrations/${created.integration_key}`
    const detached = await admin.ok('POST', own, { policy_key: '' })
    assert.equal(detached.policy_key, undefined)
    const attached = await admin.ok('POST', own, { policy_key: created.policy_key })
    assert.equal(attached.policy_key, created.policy_key)
    assert.deepEqual(await admin.failure('POST', own, { policy_key: 'POX' }), [
      ...[400, 40002, 'policy_key: there is no such policy'],
    ])
  })

  test('a failed change leaves nothing behind', async () => {
    const before = await admin.envelope('GET', path)
    const wrong = { name: 'half', type: 'radius', groups_allowed: 'DGX' }
    const [status, code] = await admin.failure('POST', path, wrong)
    assert.deepEqual([status, code], [400, 40002])
    const { metadata } = await admin.envelope('GET', path)
    assert.deepEqual(metadata, before.metadata)
  })

  describe('permissions', () => {
    test('an application without a permission gets 40301 with its name', async () => {
      const reader = await AdminApiClient.create(service, ['adminapi_read_resource'])
      assert.deepEqual(await reader.failure('GET', path), [
        ...[403, 40301, 'the application lacks the permission adminapi_integrations'],
      ])
      await reader.ok('GET', '/admin/v1/groups')
      const [status, code] = await reader.failure('POST', '/admin/v1/groups', { name: 'x' })
      assert.deepEqual([status, code], [403, 40301])
    })

    test('adminapi_allow_to_set_permissions is needed to manage Admin API applications', async () => {
      const limited = await AdminApiClient.create(service, ['adminapi_integrations'])
      const { ikey } = admin.integration
      for (const [method, target, parameters] of [
        ['POST', path, { name: 'helper', type: 'adminapi', adminapi_info: 1 }],
        ['POST', `${path}/${ikey}`, { adminapi_settings: 0 }],
        ['POST', `${path}/${ikey}`, { reset_secret_key: 1 }],
        ['GET', `${path}/${ikey}/skey`, {}],
        ['DELETE', `${path}/${ikey}`, {}],
      ] as const) {
        const [status, code] = await limited.failure(method, target, parameters)
        assert.deepEqual([status, code], [403, 40301])
      }
      const own = await admin.ok('POST', path, {
        name: 'helper',
        type: 'adminapi',
        adminapi_info: 1,
      })
      assert.deepEqual([own.adminapi_info, own.adminapi_settings], [1, 0])
    })

    test('flags of the Admin API are refused for other types', async () => {
      assert.deepEqual(
        await admin.failure('POST', path, { name: 'x', type: 'radius', adminapi_info: '1' }),
        [400, 40002, 'adminapi_info: only applications of type adminapi have it'],
      )
    })

    test('an application of another type may not call the Admin API', async () => {
      const call = { method: 'GET', path, integration: service.integration } as const
      const { status, body } = await service.call(call)
      assert.deepEqual([status, body.code], [403, 40301])
      assert.equal(body.message_detail, 'Wrong integration type for this API.')
    })

    test('networks_for_api_access refuses other addresses', async () => {
      for (const [networks, status] of [
        ['192.0.2.0/24, 198.51.100.7', 403],
        ['192.0.2.0/24, 127.0.0.0/8', 200],
      ] as const) {
        const created = await admin.ok('POST', path, {
          ...{ name: `from ${networks}`, type: 'adminapi', adminapi_read_resource: 1 },
          networks_for_api_access: networks,
        })
        assert.equal(created.networks_for_api_access, networks.replace(' ', ''))
        const integration = {
          ...admin.integration,
          ikey: created.integration_key,
          skey: new Secret(created.secret_key),
        }
        const call = { method: 'GET', path: '/admin/v1/groups', integration } as const
        assert.equal((await service.call(call)).status, status)
      }
    })
  })

  describe('signatures', () => {
    const groups = '/admin/v1/groups'
    for (const version of [2, 4, 5] as const) {
      test(`version ${version} creates a group, and deletes it`, async () => {
        const { integration } = admin
        const parameters = { name: `signed ${version} *'!~ &=+%` }
        const made = await service.call({ path: groups, parameters, version, integration })
        assert.equal(made.status, 200, made.text)
        const [{ group_id: groupId }] = await admin.ok('GET', groups, { limit: 1 })
        const path = `${groups}/${groupId}`
        const removed = await service.call({ method: 'DELETE', path, version, integration })
        assert.equal(removed.status, 200, removed.text)
      })
    }

    test('version 1 is refused unless the application allows it', async () => {
      const { integration } = admin
      const call = { method: 'GET', path: groups, version: 1, integration } as const
      const { status, body } = await service.call(call)
      assert.deepEqual([status, body.code], [401, 40103])
    })

    test('parameters of POST may be in the query', async () => {
      const { integration } = admin
      const parameters = { name: 'in the query' }
      const answer = await service.call({ path: groups, parameters, inQuery: true, integration })
      assert.equal(answer.status, 200)
    })

    test('parameters in JSON with text that a database cannot store are refused', async () => {
      const json = { name: 'x', type: 'radius', groups_allowed: ['DG\0'] }
      assert.deepEqual((await admin.failure('POST', path, json)).slice(0, 2), [400, 40002])
    })
  })
})
