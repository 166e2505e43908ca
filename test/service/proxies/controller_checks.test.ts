import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ReportedSection } from '../../../src/duo/index.ts'
import { checkControllers } from '../../../src/service/proxies/controller_checks.ts'
import { proxyReport, reportedSection } from '../../rig/proxy_report.ts'

const now = 1_800_000_000_000

function proxy(host: string, section: Partial<ReportedSection>) {
  const report = proxyReport(host.replaceAll('.', ''), {
    proxy: { host },
    sections: [reportedSection(section)],
  })
  return {
    proxy: {
      proxyId: report.proxy.id,
      host,
      version: '0.1.0',
      platform: 'linux x64',
      address: '10.0.1.20',
      started: now,
      firstSeen: now,
      lastSeen: now,
    },
    report: { proxyId: report.proxy.id, ikey: 'DI', received: now - 1000, report },
  }
}

const clients = [
  {
    name: 'radius_ip_1',
    addresses: '10.0.0.11',
    requests: 1,
    unsigned: 0,
    sources: [
      {
        address: '10.0.0.11',
        requests: 1,
        last_s: 4,
        secret: 'readable',
        reply: 'reject',
        probe_s: 4,
      },
    ],
  },
  { name: 'radius_ip_2', addresses: '10.0.1.11', requests: 0, unsigned: 0 },
] as const

describe('the checks of a directory’s controllers', () => {
  test('tell which controller has reached which proxy, and which has not', () => {
    const { controllers, sights } = checkControllers(
      ['10.0.0.11', '10.0.1.11'],
      [proxy('proxy-1', { clients }), proxy('proxy-2', { clients: [...clients] })],
      now,
    )
    assert.deepEqual(controllers, ['10.0.0.11', '10.0.1.11'])
    const [seen, missing] = sights
    assert.deepEqual(
      [seen?.host, seen?.secret, seen?.reply, seen?.probeAt, seen?.allowedBy],
      ['proxy-1', 'readable', 'reject', now - 5000, 'radius_ip_1'],
    )
    assert.deepEqual(
      [missing?.controller, missing?.lastAt, missing?.allowedBy],
      ['10.0.1.11', undefined, 'radius_ip_2'],
    )
    assert.equal(sights.length, 4)
  })

  test('name an address that a proxy drops', () => {
    const strangers = [{ address: '10.0.9.9', count: 3, last_s: 2 }]
    const { findings } = checkControllers(
      ['10.0.0.11', '10.0.1.11'],
      [proxy('proxy-1', { clients, strangers })],
      now,
    )
    assert(findings.some(({ what }) => what.includes('drops requests from 10.0.9.9')))
    const other = proxy('proxy-2', { clients })
    const both = checkControllers(
      ['10.0.0.11', '10.0.1.11'],
      [proxy('proxy-1', { clients, strangers }), other],
      now,
    )
    assert.deepEqual(both.controllers, ['10.0.0.11', '10.0.1.11'])
    assert.equal(both.sights.length, 5)
  })

  test('name a proxy whose file lacks a controller, and one with another secret', () => {
    const [first] = clients
    const wrong = { ...first, sources: [{ ...first.sources[0], secret: 'wrong' as const }] }
    const { findings } = checkControllers(
      ['10.0.0.11', '10.0.1.11'],
      [proxy('proxy-1', { clients: [wrong] })],
      now,
    )
    const checks = findings.filter(({ severity }) => severity === 'error').map(({ check }) => check)
    assert.deepEqual(checks, ['secret', 'controller-addresses'])
  })

  test('fail without a proxy, and with a single controller', () => {
    assert.equal(checkControllers([], [], now).findings[0]?.check, 'proxies')
    const { findings } = checkControllers(['10.0.0.11'], [proxy('proxy-1', { clients })], now)
    assert(findings.some(({ what }) => what.startsWith('Only one controller')))
  })

  test('take the last address from a proxy of an earlier version', () => {
    const { sights } = checkControllers([], [proxy('proxy-1', {})], now)
    assert.deepEqual(
      sights.map(({ controller, secret }) => [controller, secret]),
      [['10.0.1.10', 'unknown']],
    )
  })
})
