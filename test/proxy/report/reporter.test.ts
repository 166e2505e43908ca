import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProxyReport } from '../../../src/duo/index.ts'
import { systemClock } from '../../../src/host/clock.ts'
import { Reporter } from '../../../src/proxy/report/reporter.ts'
import type { RadiusServerDuoOnly } from '../../../src/proxy/sections/proxy_config.ts'
import { AuthApiDouble, fail } from '../../rig/auth_api_double.ts'
import { ProxyAtWork, sectionFor } from '../../rig/proxy_at_work.ts'
import { until } from '../../rig/until.ts'

const path = '/auth/v2/proxy_report'
const process = { id: 'r'.repeat(22), host: 'proxy-1', version: '0.1.0', platform: 'linux x64' }

describe('a proxy that reports', () => {
  let api: AuthApiDouble
  let work: ProxyAtWork
  let reporter: Reporter | undefined
  before(async () => {
    api = await AuthApiDouble.start()
  })
  beforeEach(() => api.reset())
  afterEach(async () => {
    api.release({})
    await reporter?.stop()
    await work.stop()
  })
  after(() => api.close())

  async function start(...changes: readonly Partial<RadiusServerDuoOnly>[]): Promise<void> {
    work = await ProxyAtWork.start(...changes.map((change) => sectionFor(api, change)))
    reporter = new Reporter({
      sources: () => work.proxy.sections,
      process,
      clock: systemClock,
      log: work.log,
      intervalMs: 20,
    })
  }
  const reports = () => api.asked(path).map(({ report = '' }): ProxyReport => JSON.parse(report))
  async function newReport(): Promise<ProxyReport> {
    const sent = reports().length
    await until(() => reports().length > sent + 1)
    const last = reports().at(-1)
    assert(last !== undefined)
    return last
  }

  test('sends nothing to an API that does not offer to take reports', async () => {
    await start({})
    assert.equal((await work.signIn('alice', 'push'))?.accepted, true)
    await api.askedTimes('/auth/v2/check', 1)
    // several times as long as reports would take
    await delay(300)
    assert.deepEqual([...api.paths].sort(), ['/auth/v2/auth', '/auth/v2/check', '/auth/v2/preauth'])
  })

  test('reports logins, latency, clients and the certificate', async () => {
    api.capabilities = ['proxy_report']
    await start({})
    assert.equal((await work.signIn('alice', 'push'))?.accepted, true)
    const { sections, warnings, proxy } = await newReport()
    const [section] = sections
    assert.equal(proxy.id, process.id)
    assert.equal(section?.logins.accept, 1)
    assert.equal(section?.port, work.findPort())
    assert.equal(section?.login_latency?.count, 1)
    assert((section?.service_latency?.count ?? 0) >= 2)
    assert.equal(section?.clients[0]?.last_address, '127.0.0.1')
    // the double's certificate is valid for two days
    assert.deepEqual(
      warnings.map(({ kind }) => kind),
      ['certificate_expires'],
    )
    assert.doesNotMatch(JSON.stringify(reports()), /alice/)
  })

  test('rejects the probe of AWS without asking the API, and reports its source', async () => {
    api.capabilities = ['proxy_report']
    await start({})
    assert.equal((await work.signIn('EXAMPLE\\\\FakeUserName', 'badpassword'))?.accepted, false)
    const { sections } = await newReport()
    const [section] = sections
    const [source] = section?.clients[0]?.sources ?? []
    assert.deepEqual(
      [source?.address, source?.requests, source?.reply, source?.probe_s !== undefined],
      ['127.0.0.1', 1, 'reject', true],
    )
    assert.match(source?.secret ?? '', /proven|readable/)
    assert.equal(section?.logins.reject, 0)
    assert.deepEqual(api.asked('/auth/v2/preauth'), [])
  })

  test('one report for the sections of one application', async () => {
    api.capabilities = ['proxy_report']
    await start({ name: 'one' }, { name: 'two' })
    const { sections } = await newReport()
    assert.deepEqual(
      sections.map(({ name }) => name),
      ['one', 'two'],
    )
  })

  test('a refusal is logged once, and sign-ins go on', async () => {
    api.capabilities = ['proxy_report']
    api.report = () => fail(50000, 'Internal server error')
    await start({})
    await api.askedTimes(path, 3)
    assert.equal((await work.signIn('alice', 'push'))?.accepted, true)
    const lines = work.log.lines.filter((line) => line.includes('the report to'))
    assert.equal(lines.length, 1)
    assert(lines[0]?.includes('HTTP 500'))
  })

  test('a report that gets no answer delays neither sign-ins nor the end', async () => {
    api.capabilities = ['proxy_report']
    api.report = () => 'hang'
    await start({ apiMaxConnections: 1 })
    await api.askedTimes(path, 1)
    const replies = await Promise.all(
      ['alice', 'bob', 'cleo'].map((name) => work.signIn(name, 'push')),
    )
    assert(replies.every((reply) => reply?.accepted))
    assert.equal(api.asked(path).length, 1)
    await reporter?.stop()
    assert(!work.log.has('the report to'))
  })

  test('an answered report is no evidence that the API is up', async () => {
    api.capabilities = ['proxy_report']
    await start({ failmode: 'safe' })
    await api.askedTimes(path, 1)
    const down = { status: 503, body: '' }
    api.check = () => down
    api.preauth = () => down
    api.auth = () => down
    assert.equal((await work.signIn('alice', 'push', { timeoutMs: 20_000 }))?.accepted, true)
    const { warnings, sections } = await newReport()
    assert.equal(warnings[0]?.kind, 'fail_open')
    assert.equal(warnings[0]?.count, 1)
    assert.equal(sections[0]?.logins.fail_open, 1)
  })
})
