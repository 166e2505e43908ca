import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AuthenticationLog } from '../../../../../src/service/audit/authentication_log.ts'
import { LogSealer } from '../../../../../src/service/audit/log_sealer.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { ManualClock } from '../../../../rig/manual_clock.ts'
import { TestService } from '../../../../rig/service.ts'

const hourMs = 3_600_000
const formula = '=1+1'

describe('the logs and the dashboard in the panel', () => {
  const clock = new ManualClock()
  let service: TestService
  let client: AdminClient
  let userId: string
  const began = clock.now()
  before(async () => {
    service = await TestService.start({ clock })
    userId = (await service.addUser({ username: 'alice' })).userId
    const { store } = service
    for (let index = 0; index < 30; index++) {
      const event = {
        timestamp: clock.now() - (30 - index) * 5 * hourMs,
        txid: null,
        userId: index % 2 === 0 ? userId : null,
        username: index % 2 === 0 ? 'alice' : 'bob',
        ikey: 'DIVPN',
        application: formula,
        factor: index % 3 === 0 ? 'push' : 'passcode',
        result: index === 4 ? 'fraud' : 'success',
        reason: index === 4 ? 'user_marked_fraud' : 'valid_passcode',
        ipaddr: `192.0.2.${index}`,
        hostname: '',
        device: '',
        repeatOf: null,
      } as const
      await store.transaction((db) => new AuthenticationLog().append(event, db))
    }
    await new LogSealer(store, clock).seal()
    client = await AdminClient.signedIn(service, { now: () => clock.now() })
  })
  after(() => service.close())

  async function ids(query: string): Promise<number> {
    const { body } = await client.get(`logs/authentication?${query}`)
    return (body.items as readonly unknown[]).length
  }

  test('finds sign-ins by each filter', async () => {
    assert.equal(await ids('limit=100'), 30)
    assert.equal(await ids('user=alice'), 15)
    assert.equal(await ids('user=bob'), 15)
    assert.equal(await ids('factor=push'), 10)
    assert.equal(await ids('result=fraud'), 1)
    assert.equal(await ids('factor=push&user=alice'), 5)
    assert.equal(await ids('address=192.0.2.7'), 1)
    assert.equal(await ids('application=DIOTHER'), 0)
    assert.equal(await ids('reason=nothing_like_it'), 0)
    assert.equal(await ids(`from=${clock.now() - 26 * hourMs}`), 5)
  })

  test('pages through what a value found by the counts of hours', async () => {
    const seen: number[] = []
    let after = ''
    do {
      const { body } = await client.get(`logs/authentication?factor=push&limit=3${after}`)
      seen.push(...(body.items as { id: number }[]).map(({ id }) => id))
      after = body.next === null ? '' : `&after=${body.next}`
    } while (after !== '')
    assert.equal(seen.length, 10)
    assert.equal(new Set(seen).size, 10)
    assert.deepEqual(
      seen,
      seen.toSorted((one, other) => other - one),
    )
  })

  test('shows one line by its number', async () => {
    const { body } = await client.get('logs/authentication?result=fraud')
    const [line] = body.items as { id: number }[]
    const { body: shown } = await client.get(`logs/authentication/${line?.id}`)
    assert.deepEqual(shown, line)
    assert.equal((await client.get('logs/authentication/999999')).status, 404)
  })

  test('exports exactly what the filter finds, without formulas', async () => {
    const { text, headers } = await client.get('logs/authentication/export?user=alice')
    assert.match(String(headers['content-disposition']), /sign-ins\.csv/)
    const lines = text.trim().split('\n')
    assert.equal(lines.length, 16)
    assert.match(lines[1] ?? '', /'=1\+1/)
    const json = await client.get('logs/authentication/export?user=alice&format=json')
    assert.equal(JSON.parse(json.text).length, 15)
  })

  test('lists what administrators did, with old and new values', async () => {
    await client.call('PATCH', `users/${userId}`, { email: 'alice@example.com' })
    const { body } = await client.get('logs/administrator?action=user_update&user=alice')
    assert.partialDeepStrictEqual(body.items, [
      { object: 'alice', changes: { email: { before: '', after: 'alice@example.com' } } },
    ])
    const { text } = await client.get('logs/administrator/export?action=user_update')
    assert.match(text, /alice@example\.com/)
    assert.deepEqual((await client.get('logs/telephony')).body, { items: [], next: null })
  })

  test('counts sign-ins over time, and names what needs attention', async () => {
    const { body } = await client.get('dashboard/sign-ins?range=week')
    const counts = body.counts as { value: string; count: number }[]
    const sum = counts.reduce((total, { count }) => total + count, 0)
    assert.equal(sum, 30)
    const { body: attention } = await client.get('dashboard/attention')
    const kinds = (attention.items as { kind: string }[]).map(({ kind }) => kind)
    assert.equal(kinds[0], 'fraud_reports')
    assert.ok(kinds.includes('one_owner'))
    const desk = await AdminClient.signedIn(service, {
      role: 'Billing',
      now: () => clock.now(),
    })
    assert.deepEqual((await desk.get('dashboard/attention')).body.items, [])
    assert.equal(began, clock.now())
  })
})
