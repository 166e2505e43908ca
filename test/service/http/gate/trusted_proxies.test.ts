import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readServiceConfig } from '../../../../src/service/config/service_config.ts'
import { RecordingLog } from '../../../rig/recording_log.ts'
import { TestService } from '../../../rig/service.ts'
import { untilFound } from '../../../rig/until.ts'

type Headers = Readonly<Record<string, string>>

/** Sends a request and reads its client address from the access log. */
async function logAddress(service: TestService, log: RecordingLog, headers: Headers) {
  log.lines.length = 0
  await service.send({ method: 'GET', path: '/auth/v2/ping', headers })
  // the line is written after the response was sent
  return await untilFound(() => /from: '([^']*)'/.exec(log.lines.join())?.[1])
}

async function refusals(service: TestService, count: number, headers: (index: number) => Headers) {
  const statuses: number[] = []
  for (let index = 0; index < count; index++) {
    const call = { method: 'GET', path: '/auth/v2/check', headers: headers(index) } as const
    statuses.push((await service.send(call)).status)
  }
  return statuses
}

describe('behind a trusted proxy', () => {
  const log = new RecordingLog()
  let service: TestService
  before(async () => {
    service = await TestService.start({
      config: {
        accessLog: true,
        refusedPerMinute: 4,
        trustedProxies: ['127.0.0.0/8', '10.0.0.5', '2001:db8:ffff::/48'],
      },
      log,
    })
  })
  after(() => service.close())

  test('takes the first address from the right that is not a proxy as the client', async () => {
    const cases: readonly (readonly [Headers, string])[] = [
      [{}, '127.0.0.1'],
      [{ 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
      [{ 'x-forwarded-for': '192.0.2.1, 203.0.113.9' }, '203.0.113.9'],
      [{ 'x-forwarded-for': '192.0.2.1, 203.0.113.9,10.0.0.5 , 127.0.0.7' }, '203.0.113.9'],
      [{ 'x-forwarded-for': '203.0.113.9:50123' }, '203.0.113.9'],
      [{ 'x-forwarded-for': '::ffff:203.0.113.9' }, '203.0.113.9'],
      [{ 'x-forwarded-for': '[2001:db8::1]:443' }, '2001:db8::1'],
      [{ 'x-forwarded-for': '127.0.0.9' }, '127.0.0.9'],
      [{ forwarded: 'for=203.0.113.9;proto=https;by=10.0.0.5' }, '203.0.113.9'],
      [{ forwarded: 'for=192.0.2.1, For="[2001:db8:cafe::17]:4711"' }, '2001:db8:cafe::17'],
      [{ forwarded: 'for=203.0.113.9, for="[2001:db8:ffff::1]"' }, '203.0.113.9'],
      [{ forwarded: 'for=203.0.113.9', 'x-forwarded-for': '203.0.113.9' }, '203.0.113.9'],
    ]
    for (const [headers, expected] of cases) {
      assert.equal(await logAddress(service, log, headers), expected, JSON.stringify(headers))
    }
  })

  test('finds no address if a header has none', async () => {
    const cases: readonly Headers[] = [
      { 'x-forwarded-for': '203.0.113.9, unknown' },
      { 'x-forwarded-for': '203.0.113.9,' },
      { 'x-forwarded-for': '203.0.113.9, 300.1.1.1' },
      { forwarded: 'for=203.0.113.9, for=_hidden' },
      { forwarded: 'for=203.0.113.9, proto=https' },
      { forwarded: 'host="a;for=192.0.2.1"' },
      { forwarded: 'for=192.0.2.1;for=203.0.113.9' },
      { forwarded: 'for=192.0.2.1, x=", for=203.0.113.9' },
      // the client sends the header that the proxy does not write
      { forwarded: 'for=127.0.0.1', 'x-forwarded-for': '203.0.113.9' },
      { forwarded: 'for=203.0.113.9', 'x-forwarded-for': '127.0.0.1' },
    ]
    for (const headers of cases) {
      assert.equal(await logAddress(service, log, headers), '', JSON.stringify(headers))
    }
  })

  test('serves /metrics to this machine, not to the clients of its proxy', async () => {
    const metrics = async (headers: Headers) =>
      (await service.send({ method: 'GET', path: '/metrics', headers })).status
    assert.equal(await metrics({}), 200)
    assert.equal(await metrics({ 'x-forwarded-for': '203.0.113.9' }), 404)
    assert.equal(await metrics({ 'x-forwarded-for': '127.0.0.1, 203.0.113.9' }), 404)
    const both = { forwarded: 'for=127.0.0.1', 'x-forwarded-for': '203.0.113.9' }
    assert.equal(await metrics(both), 404)
  })

  test('limits each client separately, despite spoofed headers', async () => {
    const invented = (index: number) => ({ 'x-forwarded-for': `192.0.2.${index}, 203.0.113.20` })
    assert.deepEqual(await refusals(service, 6, invented), [401, 401, 401, 401, 429, 429])
    const other = () => ({ 'x-forwarded-for': '203.0.113.21' })
    assert.deepEqual(await refusals(service, 1, other), [401])
  })

  test('limits an IPv6 client by its /64 network', async () => {
    const rotating = (index: number) => ({ 'x-forwarded-for': `2001:db8:1:2::${index + 1}` })
    assert.deepEqual(await refusals(service, 6, rotating), [401, 401, 401, 401, 429, 429])
    const neighbour = () => ({ 'x-forwarded-for': '2001:db8:1:3::1' })
    assert.deepEqual(await refusals(service, 1, neighbour), [401])
  })
})

describe('without a trusted proxy', () => {
  test('ignores the headers of clients', async () => {
    const log = new RecordingLog()
    const service = await TestService.start({
      config: { accessLog: true, refusedPerMinute: 4, trustedProxies: ['10.0.0.5'] },
      log,
    })
    const spoofed = (index: number) => ({
      'x-forwarded-for': `192.0.2.${index}`,
      forwarded: `for=192.0.2.${index}`,
    })
    assert.equal(await logAddress(service, log, spoofed(1)), '127.0.0.1')
    assert.deepEqual(await refusals(service, 6, spoofed), [401, 401, 401, 401, 429, 429])
    await service.close()
  })
})

describe('trusted_proxies in countersign.cfg', () => {
  const problems = (value: string) =>
    readServiceConfig(`[service]\ntrusted_proxies=${value}\n`, '/etc/countersign.cfg').problems

  test('accepts addresses and networks only', () => {
    assert.deepEqual(problems('10.0.0.5, 2001:db8::/64, 192.0.2.0/24'), [])
    const [problem] = problems('10.0.0.5, proxy.example')
    assert.deepEqual([problem?.severity, problem?.line], ['error', 2])
    assert.match(problem?.message ?? '', /'proxy\.example', which is not an IP address or network/)
    assert.equal(problems('10.0.0.0/33')[0]?.severity, 'error')
  })

  test('warns about a network of all addresses', () => {
    assert.equal(problems('0.0.0.0/0')[0]?.severity, 'warning')
    assert.equal(problems('::/0')[0]?.severity, 'warning')
  })
})
