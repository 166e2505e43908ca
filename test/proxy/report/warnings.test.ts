import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import type { Verdict } from '../../../src/proxy/login/verdict.ts'
import { buildReport } from '../../../src/proxy/report/build_report.ts'
import { DropTimes } from '../../../src/proxy/report/drop_times.ts'
import { SectionActivity } from '../../../src/proxy/report/section_activity.ts'
import { byUrgency, findWarnings } from '../../../src/proxy/report/warnings.ts'
import { ServerCounters } from '../../../src/radius/udp/counters.ts'
import type { RadiusClientEntry } from '../../../src/radius/udp/radius_client.ts'
import { parseReport } from '../../../src/service/proxies/report_schema.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const dateMs = Date.UTC(2026, 10, 29)

const client = (number: number, change: Partial<RadiusClientEntry> = {}): RadiusClientEntry => ({
  name: `radius_ip_${number}`,
  addresses: `10.0.${number}.10`,
  secret: new Secret('a secret that must not be reported'),
  messageAuthenticator: 'auto',
  messageAuthenticatorInReplies: true,
  ...change,
})

const accepted: Verdict = { kind: 'accept', grounds: 'auth', message: 'alice let in' }
const failedOpen: Verdict = { kind: 'accept', grounds: 'failmode safe', message: 'let in' }

describe('warnings of a proxy', () => {
  let activity: SectionActivity
  let counters: ServerCounters
  let dropTimes: DropTimes
  beforeEach(() => {
    activity = new SectionActivity()
    counters = new ServerCounters()
    dropTimes = new DropTimes()
  })

  function login(
    entry: RadiusClientEntry,
    nowMs: number,
    { signed = true, verdict = accepted }: { signed?: boolean; verdict?: Verdict } = {},
  ): void {
    const peer = { address: entry.addresses, port: 1 }
    const request = { client: entry, peer, signed, usesPreviousSecret: false }
    activity.decided({ request, verdict, elapsedMs: 5 }, nowMs)
  }
  const facts = (clients: readonly RadiusClientEntry[], certificates?: object) => ({
    name: 'radius_server_duo_only',
    clients,
    activity,
    dropped: counters.dropped,
    dropTimes,
    certificates:
      certificates === undefined
        ? undefined
        : { service: 0, authority: undefined, ...certificates },
  })
  const found = (nowMs: number, clients: readonly RadiusClientEntry[], certificates?: object) =>
    findWarnings(facts(clients, certificates), { nowMs, startedMs: 0, dateMs })

  test('none without a reason', () => {
    login(client(1), 0)
    assert.deepEqual(found(minuteMs, [client(1)]), [])
  })

  describe('a client without Message-Authenticator', () => {
    test('is named with its address, for a day', () => {
      login(client(1), 0, { signed: false })
      login(client(1), 1000, { signed: false })
      login(client(1), 2000)
      const [warning] = found(11_000, [client(1), client(2)])
      assert.deepEqual(warning, {
        kind: 'no_message_authenticator',
        section: 'radius_server_duo_only',
        client: 'radius_ip_1',
        address: '10.0.1.10',
        count: 2,
        last_s: 10,
      })
      assert.deepEqual(found(dayMs + 2000, [client(1)]), [])
    })

    test('is not named if it is configured as off', () => {
      const off = client(1, { messageAuthenticator: 'off' })
      login(off, 0, { signed: false })
      assert.deepEqual(found(0, [off]), [])
    })

    test('is not named after its entry got another address', () => {
      login(client(1), 0, { signed: false })
      assert.deepEqual(found(0, [client(1, { addresses: '10.9.9.9' })]), [])
    })
  })

  test('failmode=safe counts the logins of the last day, and when the last one was', () => {
    login(client(1), 0, { verdict: failedOpen })
    login(client(1), dayMs / 2, { verdict: failedOpen })
    const count = (nowMs: number) => found(nowMs, [client(1)])[0]?.count
    assert.equal(count(dayMs / 2), 2)
    assert.equal(count(dayMs + minuteMs), 1)
    assert.equal(found(dayMs / 2 + 5000, [client(1)])[0]?.last_s, 5)
    assert.equal(count(2 * dayMs), undefined)
  })

  describe('only one of several clients was seen', () => {
    const kinds = (nowMs: number, clients: readonly RadiusClientEntry[]) =>
      found(nowMs, clients).map(({ kind }) => kind)

    test('after an hour with ten requests', () => {
      for (let request = 0; request < 9; request++) login(client(1), request)
      assert.deepEqual(kinds(60 * minuteMs, [client(1), client(2)]), [])
      login(client(1), 10)
      assert.deepEqual(kinds(59 * minuteMs, [client(1), client(2)]), [])
      assert.deepEqual(kinds(60 * minuteMs, [client(1), client(2)]), ['one_client_seen'])
      assert.deepEqual(kinds(60 * minuteMs, [client(1)]), [])
      login(client(2), 20)
      assert.deepEqual(kinds(60 * minuteMs, [client(1), client(2)]), [])
    })

    test('but not if none was', () => {
      assert.deepEqual(kinds(dayMs, [client(1), client(2)]), [])
    })
  })

  test('dropped datagrams, by what to do, for a day', () => {
    Object.assign(counters.dropped, {
      'unknown-client': 4,
      'wrong-message-authenticator': 1,
      'unsigned-but-required': 2,
      'unsigned-proxy-state': 3,
      malformed: 9,
    })
    dropTimes.observe(counters.dropped, 0)
    const warnings = found(5000, [client(1)]).toSorted(byUrgency)
    assert.deepEqual(
      warnings.map(({ kind, count, last_s }) => [kind, count, last_s]),
      [
        ['wrong_secret', 1, 5],
        ['unsigned_dropped', 5, 5],
        ['unknown_client', 4, 5],
      ],
    )
    assert.deepEqual(found(dayMs + 1, [client(1)]), [])
  })

  test('certificates that expire within 30 days, or have expired', () => {
    const inDays = (days: number) => dateMs + days * dayMs
    assert.deepEqual(found(0, [], { service: inDays(31), authority: inDays(31) }), [])
    assert.deepEqual(
      found(0, [], { service: inDays(-1), authority: inDays(30) }).map((each) => [
        each.kind,
        each.expires_s,
      ]),
      [
        ['certificate_expires', -86_400],
        ['ca_expires', 30 * 86_400],
      ],
    )
  })

  describe('the report', () => {
    const build = (clients: readonly RadiusClientEntry[], nowMs: number) =>
      buildReport(
        [
          {
            ...facts(clients),
            section: { failmode: 'safe' },
            protocol: 'RADIUS over UDP',
            port: 1812,
            dropSources: [],
          },
        ],
        { id: 'a'.repeat(22), host: 'proxy-1', version: '0.1.0', platform: 'linux x64' },
        { nowMs, startedMs: 0, dateMs },
      )

    test('counts every login once, and is what the service reads', () => {
      login(client(1), 0)
      login(client(1), 0, { verdict: failedOpen })
      const message = 'no'
      login(client(1), 0, { verdict: { kind: 'reject', message } })
      login(client(1), 0, { verdict: { kind: 'reject', message, evidence: 'down' } })
      login(client(1), 0, { verdict: { kind: 'challenge', message, state: new Uint8Array(1) } })
      activity.serviceLatency.add(12.34, 0)
      const report = build([client(1), client(2)], 2 * 60 * minuteMs)
      const [section] = report.sections
      const each = { accept: 1, reject: 1, challenge: 1, fail_open: 1, fail_closed: 1 }
      assert.deepEqual(section?.logins, each)
      assert.deepEqual(section?.logins_hour, {
        accept: 0,
        reject: 0,
        challenge: 0,
        fail_open: 0,
        fail_closed: 0,
      })
      assert.equal(report.proxy.uptime_s, 7200)
      assert.deepEqual(parseReport(JSON.stringify(report)), JSON.parse(JSON.stringify(report)))
    })

    test('has no username and no secret', () => {
      login(client(1), 0)
      const json = JSON.stringify(build([client(1)], 0))
      assert.doesNotMatch(json, /alice|secret that|let in/)
    })

    test('has at most 4096 bytes; clients that were seen last come first', () => {
      const clients = Array.from({ length: 200 }, (_, index) => client(index + 1))
      for (const [index, entry] of clients.entries()) login(entry, index, { signed: false })
      const report = build(clients, 300_000)
      assert(Buffer.byteLength(JSON.stringify({ report })) <= 4096)
      const [section] = report.sections
      assert.equal(section?.client_count, 200)
      assert.equal(section?.clients[0]?.requests, 1)
      assert((section?.clients.length ?? 0) >= 8)
      assert.notEqual(parseReport(JSON.stringify(report)), undefined)
    })
  })
})
