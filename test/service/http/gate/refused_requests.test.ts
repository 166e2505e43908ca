import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { authorization, failures, rfc2822Date } from '../../../../src/duo/index.ts'
import { Integrations } from '../../../../src/service/applications/integrations.ts'
import { ManualClock } from '../../../rig/manual_clock.ts'
import { type Answer, TestService } from '../../../rig/service.ts'
import { onBothDatabases } from '../../../rig/store.ts'

const refusedPerMinute = 20

onBothDatabases('an address that sends forged requests', (rig) => {
  const clock = new ManualClock()
  const check = { method: 'GET', path: '/auth/v2/check' } as const
  let service: TestService
  before(async () => {
    const { folder, databaseUrl } = rig()
    service = await TestService.start({
      clock,
      folder,
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      config: { refusedPerMinute },
    })
  })
  after(() => service.close())
  beforeEach(() => clock.advance(60_000))

  /** Sends a request that no application signed; the kind depends on the index. */
  function forged(index: number): Promise<Answer> {
    const unknown = { ...service.integration, ikey: `DI${String(index).padStart(18, '0')}` }
    const calls = [
      () => service.call({ ...check, signature: 'a'.repeat(128) }),
      () => service.call({ ...check, integration: unknown }),
      () => service.send({ method: 'POST', path: '/auth/v2/auth' }),
      () =>
        service.send({
          method: 'POST',
          path: '/auth/v2/preauth',
          body: '{"username":"\\ud83d"}',
          headers: {
            authorization: authorization(service.integration.ikey, 'b'.repeat(128)),
            date: rfc2822Date(clock.now()),
            'content-type': 'application/json',
          },
        }),
      () => service.call({ ...check, date: 'Tue, 01 Jan 2019 00:00:00 -0000' }),
    ]
    const call = calls[index % calls.length]
    assert(call !== undefined)
    return call()
  }
  const listStatuses = async (count: number) =>
    await Promise.all(Array.from({ length: count }, async (_, index) => forged(index)))

  test('gets 429 beyond its limit, never 500', async () => {
    const answers = await listStatuses(320)
    const limited = answers.filter(({ status }) => status === 429)
    assert.equal(limited.length, 320 - refusedPerMinute)
    for (const { body, headers } of limited) {
      assert.equal(body.code, failures.tooManyRequests.code)
      assert.match(String(headers['retry-after']), /^[1-9]\d?$/)
    }
    const others = answers.filter(({ status }) => status !== 429)
    assert.deepEqual([...new Set(others.map(({ status }) => status))].toSorted(), [401])
  })

  test('does not block applications on the same address, not even new ones', async () => {
    await listStatuses(100)
    const added = await service.addIntegration('radius')
    const allowed: number[] = []
    for (let round = 0; round < 20; round++) {
      const flood = listStatuses(10)
      // lets the cached key expire now and then
      clock.advance(600)
      allowed.push((await service.call(check)).status)
      allowed.push((await service.call({ ...check, integration: added })).status)
      for (const { status } of await flood) assert.equal(status, 429)
    }
    assert.deepEqual([...new Set(allowed)], [200])
  })

  test('does not delay the disabling of an application', async () => {
    const closed = await service.addIntegration('radius')
    await listStatuses(50)
    clock.advance(1000)
    assert.equal((await service.call({ ...check, integration: closed })).status, 200)
    await new Integrations(service.store).update(closed.ikey, { enabled: false }, service.store.db)
    clock.advance(1000)
    assert.equal((await service.call({ ...check, integration: closed })).status, 429)
  })

  test('does not block the phones on the same address', async () => {
    const { userId } = await service.addUser({ username: 'alice' })
    const phone = await service.addPushPhone(userId)
    await listStatuses(50)
    const headers = (index: number) => ({
      'x-countersign-device': `DP${String(index).padStart(18, '0')}`,
      'x-countersign-time': String(clock.now()),
      'x-countersign-signature': 'none',
    })
    const strangers = Array.from({ length: 50 }, (_, index) =>
      service.send({ method: 'GET', path: '/app/api/requests', headers: headers(index) }),
    )
    assert.deepEqual(await phone.requests(), [])
    const statuses = (await Promise.all(strangers)).map(({ status }) => status)
    assert.deepEqual([...new Set(statuses)], [429])
    const activate = { method: 'POST', path: '/app/api/activate', body: '{}' }
    assert.equal((await service.send(activate)).status, 429)
  })
})
