import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { ProxyReport } from '../../../src/duo/index.ts'
import type { Integration } from '../../../src/service/applications/integrations.ts'
import { AdministratorLog } from '../../../src/service/audit/administrator_log.ts'
import { Proxies } from '../../../src/service/proxies/proxies.ts'
import { AdminClient } from '../../rig/admin_client.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { proxyReport, reportedSection } from '../../rig/proxy_report.ts'
import type { TestService } from '../../rig/service.ts'
import { onEachDatabase } from '../../rig/service_databases.ts'

type Json = Readonly<Record<string, unknown>>

const path = '/auth/v2/proxy_report'
const dayMs = 24 * 3_600_000

onEachDatabase('reports of authentication proxies', (rig) => {
  const clock = new ManualClock(Date.now())
  let service: TestService
  let owner: AdminClient
  let vpn: Integration
  before(async () => {
    service = await rig.start({ clock })
    owner = await AdminClient.signedIn(service, { now: () => clock.now() })
    vpn = await service.addIntegration('radius')
  })

  const send = (report: ProxyReport | Json, integration = vpn) =>
    service.call({ path, json: { report }, version: 5, integration })
  const list = async (query = '') => {
    const { body, text } = await owner.get(`proxies${query}`)
    assert(Array.isArray(body.items), text)
    return body.items as Json[]
  }
  const first = async () => {
    const [proxy] = await list()
    assert(proxy !== undefined)
    return proxy
  }
  const attention = async () => {
    const { body } = await owner.get('dashboard/attention')
    return (body.items as { kind: string; count: number }[]).map(({ kind }) => kind)
  }

  describe('what is taken', () => {
    test('a report is listed with its sections, application and address', async () => {
      assert.equal((await send(proxyReport('one'))).status, 200)
      const [proxy] = await list()
      assert.partialDeepStrictEqual(proxy, {
        host: 'proxy-1.example.com',
        state: 'connected',
        address: '127.0.0.1',
        applications: [{ integration_key: vpn.ikey, name: vpn.name }],
        sections: ['radius_server_duo_only'],
        logins_hour: { accept: 4, reject: 1 },
        started: clock.now() - 3_600_000,
      })
      const { body } = await owner.get(`proxies/${proxy?.proxy_id}`)
      const [section] = body.sections as Json[]
      assert.partialDeepStrictEqual(section, {
        application: vpn.name,
        dropped: { 'unknown-client': 2 },
        service_latency: { p95_ms: 21 },
        clients: [{ name: 'radius_ip_1', last_seen: clock.now() - 12_000 }, { last_seen: null }],
      })
    })

    test('two applications of one proxy are one proxy', async () => {
      const other = await service.addIntegration('authapi')
      assert.equal((await send(proxyReport('one'), other)).status, 200)
      assert.equal((await list()).length, 1)
      const proxy = await first()
      assert.equal((proxy.applications as Json[]).length, 2)
      assert.partialDeepStrictEqual(proxy, { logins_hour: { accept: 8, reject: 2 } })
    })

    test('a parameter of a form is taken as well', async () => {
      const parameters = { report: JSON.stringify(proxyReport('one')) }
      assert.equal((await service.call({ path, parameters, integration: vpn })).status, 200)
    })

    test('warnings of a newer proxy are left out', async () => {
      const report = proxyReport('one', {
        warnings: [{ kind: 'fail_open', section: 'a', count: 2, last_s: 60 }],
      })
      const warnings = [{ kind: 'disk_on_fire', blocks: 3 }, ...report.warnings]
      assert.equal((await send({ ...report, warnings })).status, 200)
      const proxy = await first()
      const kinds = (proxy.warnings as Json[]).map(({ kind }) => kind)
      assert.deepEqual(kinds, ['fail_open'])
      assert.partialDeepStrictEqual(proxy, { warnings: [{ count: 2, last: clock.now() - 60_000 }] })
    })
  })

  describe('what is refused', () => {
    test('other applications than those of proxies, and check does not offer it to them', async () => {
      const unix = await service.addIntegration('unix')
      assert.equal((await send(proxyReport('unix'), unix)).status, 403)
      const check = { method: 'GET', path: '/auth/v2/check', integration: unix } as const
      const { capabilities } = (await service.call(check)).body.response as Json
      assert(!(capabilities as string[]).includes('proxy_report'))
      const adminApi = await service.addAdminApi()
      assert.equal((await send(proxyReport('admin'), adminApi)).status, 403)
    })

    test('an unsigned report, or one with another signature', async () => {
      const body = JSON.stringify({ report: proxyReport('forged') })
      assert.equal((await service.send({ method: 'POST', path, body })).status, 401)
      const call = { path, json: { report: proxyReport('forged') }, version: 5 } as const
      const forged = await service.call({ ...call, integration: vpn, signature: 'a'.repeat(128) })
      assert.equal(forged.status, 401)
    })

    const section = reportedSection()
    const [client] = section.clients
    const unfit: readonly (readonly [string, object])[] = [
      ['no report', {}],
      ['text', { report: 'hello' }],
      ['an identifier of another form', proxyReport('x', { proxy: { id: 'short' } })],
      ['a control character', proxyReport('x', { proxy: { host: 'a\u0000b' } })],
      ['a lone surrogate', proxyReport('x', { proxy: { host: 'a\ud800' } })],
      ['negative counts', proxyReport('x', { sections: [reportedSection({ port: -1 })] })],
      ['too many sections', proxyReport('x', { sections: Array(33).fill(section) })],
      [
        'too many clients',
        proxyReport('x', { sections: [reportedSection({ clients: Array(65).fill(client) })] }),
      ],
      [
        'too many reasons',
        proxyReport('x', {
          sections: [
            reportedSection({
              dropped: Object.fromEntries(
                Array.from({ length: 41 }, (_, index) => [
                  `r-${String.fromCharCode(97 + (index % 26))}${'x'.repeat(index)}`.slice(0, 40),
                  1,
                ]),
              ),
            }),
          ],
        }),
      ],
      [
        'more than 16 KB',
        proxyReport('x', {
          warnings: Array(200).fill({ kind: 'fail_open', section: 'a'.repeat(100) }),
        }),
      ],
    ]
    for (const [name, report] of unfit) {
      test(`${name}: 400, and nothing is stored`, async () => {
        const json = 'proxy' in report ? { report } : report
        const call = { path, json: { ...json }, version: 5, integration: vpn } as const
        assert.equal((await service.call(call)).status, 400)
        assert.equal((await list()).length, 1)
      })
    }

    test('more than 120 reports of an application in a minute', async () => {
      const busy = await service.addIntegration('radius')
      const statuses = []
      for (let sent = 0; sent < 121; sent++) {
        statuses.push((await send(proxyReport('busy'), busy)).status)
      }
      assert.deepEqual([statuses[119], statuses[120]], [200, 429])
      clock.advance(60_000)
      await service.store.transaction((db) => new Proxies().remove('busy'.padEnd(22, '-'), db))
    })

    test('a 51st proxy while the others report, until one is lost', async () => {
      const many = await service.addIntegration('radius')
      const keep = (id: string) => {
        const report = proxyReport(id, { proxy: { host: id } })
        const sender = { ikey: many.ikey, address: '192.0.2.1' }
        return service.store.transaction((db) =>
          new Proxies().keep(report, sender, clock.now(), db),
        )
      }
      for (let index = 0; index < 50; index++) assert(await keep(`many${index}`))
      assert.equal((await send(proxyReport('late'), many)).status, 400)
      clock.advance(60_000)
      for (let index = 1; index < 50; index++) assert(await keep(`many${index}`))
      clock.advance(60_000)
      assert.equal((await send(proxyReport('late'), many)).status, 200)
      assert.equal((await list('?q=many0')).length, 0)
      for (let index = 0; index < 50; index++) {
        await service.store.transaction((db) =>
          new Proxies().remove(`many${index}`.padEnd(22, '-'), db),
        )
      }
      await service.store.transaction((db) => new Proxies().remove('late'.padEnd(22, '-'), db))
    })
  })

  describe('state', () => {
    test('connected for 90 s after a report, then lost, and attention says so', async () => {
      await send(proxyReport('one'))
      clock.advance(90_000)
      assert.equal((await list('?state=connected')).length, 1)
      assert(!(await attention()).includes('proxy_lost'))
      clock.advance(1)
      assert.equal((await list('?state=connected')).length, 0)
      assert.partialDeepStrictEqual(await list('?state=lost'), [{ state: 'lost' }])
      assert((await attention()).includes('proxy_lost'))
      assert.deepEqual((await owner.get('dashboard/proxies')).body, { total: 1, connected: 0 })
      clock.advance(3_600_000)
      owner = await AdminClient.signedIn(service, { now: () => clock.now() })
      assert.partialDeepStrictEqual(await list(), [{ logins_hour: null }])
    })

    test('a proxy that restarts with a new identifier replaces the lost one on its host', async () => {
      const restarted = proxyReport('two', { proxy: { uptime_s: 5 } })
      await send(restarted)
      const ids = (await list()).map(({ proxy_id: id }) => String(id))
      // the first one still serves another application
      assert.equal(ids.length, 2)
      const [one] = (await list('?state=lost')).map(({ applications }) => applications as Json[])
      assert.equal(one?.length, 1)
      await service.store.transaction((db) => new Proxies().remove('one'.padEnd(22, '-'), db))
    })

    test('another proxy on the same host is kept while it reports', async () => {
      await send(proxyReport('two', { proxy: { uptime_s: 100 } }))
      await send(proxyReport('three', { proxy: { uptime_s: 1 } }))
      assert.equal((await list()).length, 2)
      assert(!(await attention()).includes('single_proxy'))
      await service.store.transaction((db) => new Proxies().remove('three'.padEnd(22, '-'), db))
      assert((await attention()).includes('single_proxy'))
    })

    test('attention names fail-open and clients without Message-Authenticator', async () => {
      const warnings: ProxyReport['warnings'] = [
        { kind: 'fail_open', section: 'a', count: 2, last_s: 60 },
        { kind: 'no_message_authenticator', section: 'a', client: 'radius_ip_1', count: 9 },
      ]
      await send(proxyReport('two', { warnings }))
      assert.deepEqual(
        (await attention()).filter((kind) => kind.startsWith('proxy')),
        ['proxy_fail_open', 'proxy_unsigned'],
      )
    })
  })

  describe('forgetting', () => {
    const id = 'two'.padEnd(22, '-')

    test('needs applications.edit', async () => {
      const reader = await AdminClient.signedIn(service, {
        role: 'Read-only',
        now: () => clock.now(),
      })
      assert.equal((await reader.get('proxies')).status, 200)
      assert.equal((await reader.call('DELETE', `proxies/${id}`)).status, 403)
      const helpDesk = await AdminClient.signedIn(service, {
        role: 'Help Desk',
        now: () => clock.now(),
      })
      assert.equal((await helpDesk.get('proxies')).status, 403)
    })

    test('deletes the proxy, and is logged', async () => {
      assert.equal((await owner.call('DELETE', `proxies/${id}`)).status, 200)
      assert.equal((await owner.get(`proxies/${id}`)).status, 404)
      assert.equal((await owner.call('DELETE', `proxies/${id}`)).status, 404)
      const [line] = await new AdministratorLog().list(1, service.store.db)
      assert.equal(line?.action, 'proxy_forget')
      assert.equal(line?.object, 'proxy-1.example.com')
    })

    test('happens by itself after 30 days of silence', async () => {
      const report = proxyReport('old')
      const sender = { ikey: vpn.ikey, address: '192.0.2.1' }
      const { store } = service
      await store.transaction((db) => new Proxies().keep(report, sender, clock.now(), db))
      await new Proxies().prune(clock.now() + 30 * dayMs, store.db)
      assert.notEqual(await new Proxies().byId(report.proxy.id, store.db), undefined)
      await new Proxies().prune(clock.now() + 30 * dayMs + 1, store.db)
      assert.equal(await new Proxies().byId(report.proxy.id, store.db), undefined)
    })
  })

  test('pages by host name', async () => {
    for (const host of ['b', 'A', 'c']) {
      await send(proxyReport(`page${host}`, { proxy: { host } }))
    }
    const hosts = []
    let after = ''
    for (;;) {
      const { body } = await owner.get(`proxies?limit=1${after}`)
      hosts.push(...(body.items as Json[]).map(({ host }) => host))
      if (body.next === null) break
      after = `&after=${body.next}`
    }
    assert.deepEqual(hosts, ['A', 'b', 'c'])
    assert.equal((await list('?q=B'))[0]?.host, 'b')
  })
})
