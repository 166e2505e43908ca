import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { isRecord } from '../../src/duo/index.ts'
import { systemClock } from '../../src/host/clock.ts'
import { LoggedProxy } from '../../src/proxy/logged_proxy.ts'
import { PrimaryOnly } from '../../src/proxy/primary_only/primary_only.ts'
import { ProxyLogs } from '../../src/proxy/proxy_logs.ts'
import { readProxyConfig } from '../../src/proxy/sections/read_proxy_config.ts'
import { WorkerProxy } from '../../src/proxy/workers/worker_proxy.ts'
import { defaultConfig } from '../../src/service/config/service_config.ts'
import { skipRadclient } from '../rig/countersign_up.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { radclient } from '../rig/radclient.ts'
import { freePort } from '../rig/running.ts'
import { TestService } from '../rig/service.ts'
import { until } from '../rig/until.ts'

const deploy = resolve(import.meta.dirname, '../../deploy')
const authproxy = resolve(import.meta.dirname, '../../src/cmd/authproxy.ts')
const rules = readFileSync(join(deploy, 'prometheus/countersign.rules.yml'), 'utf8')
const dashboard: unknown = JSON.parse(
  readFileSync(join(deploy, 'grafana/countersign.json'), 'utf8'),
)
/** What Prometheus itself adds to each series. */
const targetLabels = ['job', 'instance', 'le']

describe('the queries in deploy/', { skip: skipRadclient }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'monitoring-'))
  let service: TestService
  let primaryOnly: PrimaryOnly
  let proxy: LoggedProxy
  let known: ReadonlyMap<string, ReadonlySet<string>>

  before(async () => {
    // enough for two workers, each with several connections
    const connections = { ...defaultConfig(folder).connections, perAddress: 40 }
    service = await TestService.start({ config: { connections } })
    const { userId } = await service.addUser({ username: 'alice' })
    const token = await service.addToken(userId)
    const [radiusPort, metricsPort] = [await freePort(), await freePort()]
    const file = join(folder, 'authproxy.cfg')
    writeFileSync(join(folder, 'ca.pem'), service.ca)
    const { config, problems } = readProxyConfig(
      `[main]
log_dir=log
metrics_port=${metricsPort}
[radius_server_duo_only]
ikey=${service.integration.ikey}
skey=${service.integration.skey.reveal()}
api_host=localhost
api_port=${service.port}
http_ca_certs_file=ca.pem
radius_ip_1=127.0.0.1
radius_secret_1=the-secret-of-the-gateway
radius_secret_previous_1=the-former-secret-of-it
port=${radiusPort}
failmode=secure
`,
      file,
    )
    assert(config !== undefined, JSON.stringify(problems))
    const logs = new ProxyLogs(config, systemClock)
    primaryOnly = new PrimaryOnly(join(folder, 'primary_only.json'), {
      clock: systemClock,
      log: logs.log,
    })
    const workers = { count: 2, program: authproxy, args: ['--worker'], logs, primaryOnly }
    proxy = await LoggedProxy.start(config, {
      ...{ file, logs, report: () => {}, clock: systemClock, primaryOnly },
      serve: (first, host) => WorkerProxy.start(first, host, workers),
    })
    const request = ['User-Name=alice', `User-Password=${token.code(0)}`]
    const { output } = await radclient(radiusPort, 'the-secret-of-the-gateway', [
      ...request,
      'Message-Authenticator=0x00',
    ])
    assert.match(output, /Received Access-Accept/)
    const unanswered = [...Array(48)].map(() =>
      connect(service.port, '127.0.0.1').on('error', () => {}),
    )
    try {
      await until(async () => {
        known = new Map([...series(await scrape(metricsPort)), ...series(await scrapeService())])
        return (known.get('countersign_connections_closed_total')?.size ?? 0) > 0
      })
    } finally {
      for (const socket of unanswered) socket.destroy()
    }
  })
  after(async () => {
    await proxy?.stop()
    primaryOnly?.close()
    await service?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Empty while the limit on connections refuses this one, too. */
  async function scrapeService(): Promise<string> {
    try {
      return (await service.send({ method: 'GET', path: '/metrics' })).text
    } catch {
      return ''
    }
  }

  const queries = [...rulesQueries(), ...dashboardQueries(dashboard)]

  test('exist in both files', () => {
    assert(rulesQueries().length > 10)
    assert(dashboardQueries(dashboard).length > 15)
  })

  for (const query of queries) {
    test(`${query} uses metrics and labels that proxy or service have`, () => {
      for (const { name, labels } of selectors(query)) {
        const has = known.get(name)
        assert(has !== undefined, `${name} is no metric of proxy or service`)
        for (const label of labels) {
          assert(has.has(label) || targetLabels.includes(label), `${name} has no label ${label}`)
        }
      }
    })
  }
})

describe('the rules for Prometheus', {
  skip: skipWithout('prometheus', '/usr/bin/promtool'),
}, () => {
  const promtool = (...words: readonly string[]) =>
    execFileSync('promtool', words, { cwd: join(deploy, 'prometheus'), encoding: 'utf8' })

  test('have a valid syntax', () => {
    assert.match(promtool('check', 'rules', 'countersign.rules.yml'), /SUCCESS/)
    assert.match(promtool('check', 'config', '--syntax-only', 'prometheus.yml'), /SUCCESS/)
  })

  test('fire in the situations that their unit tests describe', () => {
    assert.match(promtool('test', 'rules', 'countersign.rules.test.yml'), /SUCCESS/)
  })

  test('the queries of the dashboard have a valid syntax', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'dashboard-')), 'rules.yml')
    const records = dashboardQueries(dashboard).map((query, index) => ({
      record: `dashboard:${index}`,
      expr: query.replaceAll('$__rate_interval', '5m').replaceAll(/\$(job|instance)/g, '.+'),
    }))
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: records }] }))
    assert.match(promtool('check', 'rules', file), /SUCCESS/)
  })
})

function rulesQueries(): string[] {
  return [...rules.matchAll(/^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)$)/gm)].map(([, block, line]) =>
    (block ?? line ?? '').trim(),
  )
}

/** All `expr` in panels, and the queries of variables. */
function dashboardQueries(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(dashboardQueries)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'expr' && typeof inner === 'string' ? [inner] : dashboardQueries(inner),
  )
}

interface Selector {
  readonly name: string
  /** In its braces, and those by which the query groups. */
  readonly labels: readonly string[]
}

/** The metrics of a query. A metric is a name with an underscore, or `up`, which is no function. */
function selectors(query: string): Selector[] {
  const bare = query.replaceAll(/"[^"]*"/g, '""')
  const grouped = [...bare.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  )
  const withoutGroups = bare.replaceAll(/\bby \([^)]*\)/g, '')
  const found = withoutGroups.matchAll(/\b([a-z]+(?:_[a-z0-9]+)+|up)\b(?!\s*\()(?:\{([^}]*)\})?/g)
  return [...found].map(([, name = '', braces = '']) => ({
    name,
    labels: [
      ...grouped,
      ...[...braces.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    ],
  }))
}

/** The metrics in an answer of `/metrics`, with their labels. */
function series(metrics: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>([['up', new Set()]])
  for (const [, name = '', labels = ''] of metrics.matchAll(/^([a-z_0-9]+)(?:\{(.*)\})? /gm)) {
    const has = found.get(name) ?? new Set()
    for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g)) has.add(label)
    found.set(name, has)
  }
  return found
}

async function scrape(port: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/metrics' }, (response) => {
      text(response).then(resolve, reject)
    }).on('error', reject)
  })
}
