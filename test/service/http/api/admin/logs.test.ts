import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { AdministratorLog } from '../../../../../src/service/audit/administrator_log.ts'
import { AdminApiClient } from '../../../../rig/admin_api.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import type { TestService } from '../../../../rig/service.ts'
import { onEachDatabase } from '../../../../rig/service_databases.ts'

interface Activity {
  readonly action: { readonly name: string }
  readonly outcome: { readonly result: string }
}

const start = Date.parse('2026-03-04T15:04:05Z')

onEachDatabase('Admin API: logs, numbers and settings', (rig) => {
  const clock = new ManualClock(start)
  let admin: AdminApiClient
  let service: TestService
  let userId: string

  before(async () => {
    service = await rig.start({ clock })
    admin = await AdminApiClient.create(service)
    const user = { username: 'logged', email: 'logged@example.com' }
    userId = (await admin.ok('POST', '/admin/v1/users', user)).user_id
    const codes = await admin.ok('POST', `/admin/v1/users/${userId}/bypass_codes`, { count: 5 })
    const { group_id: groupId } = await admin.ok('POST', '/admin/v1/groups', { name: 'readers' })
    await admin.ok('POST', `/admin/v1/users/${userId}/groups`, { group_id: groupId })
    for (const passcode of [...codes, '000000000']) {
      clock.advance(1000)
      const parameters = { user_id: userId, factor: 'passcode', passcode, ipaddr: '192.0.2.1' }
      await service.call({ path: '/auth/v2/auth', parameters })
    }
    clock.advance(1000)
  })

  describe('authentication', () => {
    test('version 1 lists the oldest first, since a second', async () => {
      const all = await admin.ok('GET', '/admin/v1/logs/authentication')
      assert.equal(all.length, 6)
      assert.deepEqual(
        [all[0].factor, all[0].result, all[0].username, all[0].ip, all[0].isotimestamp],
        ['Bypass Code', 'SUCCESS', 'logged', '192.0.2.1', '2026-03-04T15:04:06+00:00'],
      )
      assert.deepEqual([all[5].result, all[5].reason], ['FAILURE', 'deny_unenrolled_user'])
      const mintime = all[3].timestamp
      const later = await admin.ok('GET', '/admin/v1/logs/authentication', { mintime })
      assert.deepEqual(later, all.slice(3))
    })

    test('version 2 pages with next_offset, in both orders', async () => {
      const path = '/admin/v2/logs/authentication'
      for (const sort of ['ts:desc', 'ts:asc']) {
        const seen: number[] = []
        let offset: string | undefined
        do {
          const parameters = { limit: 2, sort, ...(offset ? { next_offset: offset } : {}) }
          const { authlogs, metadata } = await admin.ok('GET', path, parameters)
          for (const { timestamp } of authlogs) seen.push(timestamp)
          assert.equal(metadata.total_objects, 6)
          offset = metadata.next_offset?.join(',')
        } while (offset !== undefined)
        const ordered = [1, 2, 3, 4, 5, 6].map((second) => start / 1000 + second)
        assert.deepEqual(seen, sort === 'ts:asc' ? ordered : ordered.reverse())
      }
      const wrong = await admin.failure('GET', path, { next_offset: '1,x' })
      assert.deepEqual(wrong, [400, 40002, 'next_offset: expected that of the page before'])
    })

    test('version 2 filters', async () => {
      const path = '/admin/v2/logs/authentication'
      const [group] = await admin.ok('GET', '/admin/v1/groups')
      for (const [parameters, count] of [
        [{ results: 'denied' }, 1],
        [{ reasons: 'valid_passcode,deny_unenrolled_user' }, 6],
        [{ factors: 'bypass_code' }, 5],
        [{ users: userId, results: 'success' }, 5],
        [{ users: 'DUX' }, 0],
        [{ groups: group.group_id }, 6],
        [{ groups: 'DGX' }, 0],
        [{ applications: 'DIX' }, 0],
        [{ event_types: 'enrollment' }, 0],
        [{ mintime: start + 6000 }, 1],
        [{ maxtime: start + 1000 }, 1],
      ] as const) {
        const { authlogs } = await admin.ok('GET', path, parameters)
        assert.equal(authlogs.length, count, JSON.stringify(parameters))
      }
      const { authlogs } = await admin.ok('GET', path, { limit: 1 })
      assert.deepEqual(authlogs[0].user, { groups: ['readers'], key: userId, name: 'logged' })
      assert.equal(authlogs[0].email, 'logged@example.com')
    })
  })

  test('administrator and activity logs have the new values', async () => {
    const [created] = await admin.ok('GET', '/admin/v1/logs/administrator')
    assert.deepEqual(
      [created.action, created.object, created.username],
      ['user_create', 'logged', `api:${admin.integration.name}`],
    )
    const { items, metadata } = await admin.ok('GET', '/admin/v2/logs/activity', { limit: 1 })
    assert.equal(items.length, 1)
    assert.equal(metadata.total_objects.relation, 'eq')
    const next = await admin.ok('GET', '/admin/v2/logs/activity', {
      ...{ limit: 1, next_offset: metadata.next_offset },
    })
    assert.notDeepEqual(next.items, items)
  })

  test('an activity that was refused has the outcome FAILURE', async () => {
    const event = { timestamp: clock.now(), actor: 'ada@example.com', object: 'ada@example.com' }
    const refused = ['admin_login_error', 'admin_session_refused', 'admin_limit']
    await service.store.transaction(async (db) => {
      for (const action of [...refused, 'admin_login']) {
        await new AdministratorLog().append({ ...event, action, description: '' }, db)
      }
    })
    const { items } = await admin.ok('GET', '/admin/v2/logs/activity', { limit: 100 })
    const failures = items.filter(({ outcome }: Activity) => outcome.result === 'FAILURE')
    assert.deepEqual(failures.map(({ action }: Activity) => action.name).sort(), refused.sort())
  })

  test('telephony and offline logs, and the trust monitor, are empty', async () => {
    assert.deepEqual(await admin.ok('GET', '/admin/v1/logs/telephony'), [])
    assert.deepEqual((await admin.ok('GET', '/admin/v2/logs/telephony')).items, [])
    assert.deepEqual(await admin.ok('GET', '/admin/v1/logs/offline_enrollment'), [])
    assert.deepEqual((await admin.ok('GET', '/admin/v1/trust_monitor/events')).events, [])
  })

  test('info counts users, applications and sign-ins', async () => {
    const summary = await admin.ok('GET', '/admin/v1/info/summary')
    assert.deepEqual([summary.user_count, summary.integration_count], [1, 2])
    assert.deepEqual(await admin.ok('GET', '/admin/v1/info/authentication_attempts'), {
      ...{ ERROR: 0, FAILURE: 1, FRAUD: 0, SUCCESS: 5 },
    })
    assert.deepEqual(await admin.ok('GET', '/admin/v1/info/user_authentication_attempts'), {
      ...{ ERROR: 0, FAILURE: 1, FRAUD: 0, SUCCESS: 1 },
    })
    assert.deepEqual(await admin.ok('GET', '/admin/v1/info/telephony_credits_used'), {
      telephony_credits_used: 0,
    })
    const wrong = await admin.failure('GET', '/admin/v1/info/authentication_attempts', {
      ...{ mintime: 0, maxtime: start / 1000 },
    })
    assert.deepEqual(wrong, [400, 40002, 'mintime: expected 180 days at most'])
  })

  test('settings are read and changed', async () => {
    const path = '/admin/v1/settings'
    const before = await admin.ok('GET', path)
    assert.deepEqual([before.lockout_threshold, before.push_enabled], [10, false])
    const changed = await admin.ok('POST', path, {
      ...{ lockout_threshold: '7', sms_refresh: 1, helpdesk_message: 'Ask Kim', push_enabled: 1 },
    })
    assert.deepEqual(changed, {
      ...before,
      ...{ lockout_threshold: 7, sms_refresh: 1, helpdesk_message: 'Ask Kim' },
    })
    const wrong = await admin.failure('POST', path, { lockout_threshold: 0 })
    assert.deepEqual(wrong, [400, 40002, 'lockout_threshold must be an integer from 1 to 9999'])
  })

  test('text that a database cannot store is refused', async () => {
    assert.deepEqual(await admin.failure('GET', '/admin/v1/users/%00'), [404, 40401, 'user_id'])
    const [status, code] = await admin.failure('GET', '/admin/v1/users', { username: '\0' })
    assert.deepEqual([status, code], [400, 40002])
    const nested = { users: [{ username: 'a\0b' }] }
    const refused = await admin.failure('POST', '/admin/v1/users/bulk_create', nested)
    assert.deepEqual(refused.slice(0, 2), [400, 40002])
  })

  test('operations in bulk have their own answers', async () => {
    const operations = [
      { method: 'POST', path: '/admin/v1/users', body: { username: 'bulk' } },
      { method: 'POST', path: `/admin/v1/users/${userId}`, body: { notes: 'seen' } },
      { method: 'POST', path: '/admin/v1/users', body: { username: 'bulk' } },
      { method: 'DELETE', path: '/admin/v1/groups/DGX' },
    ]
    const results = await admin.ok('POST', '/admin/v1/bulk', { operations })
    assert.deepEqual(
      results.map(({ stat, code }: { stat: string; code?: number }) => [stat, code]),
      [
        ['OK', undefined],
        ['OK', undefined],
        ['FAIL', 40003],
        ['FAIL', 40401],
      ],
    )
    assert.equal(results[1].response.notes, 'seen')
  })
})
