import type { LoginCounts, ProxyReport, ReportedSection } from '../../src/duo/index.ts'

const noLogins: LoginCounts = { accept: 0, reject: 0, challenge: 0, fail_open: 0, fail_closed: 0 }

/** A section as a proxy reports it. */
export function reportedSection(change: Partial<ReportedSection> = {}): ReportedSection {
  return {
    name: 'radius_server_duo_only',
    protocol: 'RADIUS over UDP',
    port: 1812,
    failmode: 'secure',
    logins: { ...noLogins, accept: 40, reject: 5 },
    logins_hour: { ...noLogins, accept: 4, reject: 1 },
    dropped: { 'unknown-client': 2 },
    service_latency: { count: 90, p50_ms: 8, p95_ms: 21 },
    login_latency: { count: 45, p50_ms: 4200, p95_ms: 15_000 },
    clients: [
      {
        name: 'radius_ip_1',
        addresses: '10.0.1.10',
        requests: 45,
        unsigned: 0,
        last_address: '10.0.1.10',
        last_s: 12,
      },
      { name: 'radius_ip_2', addresses: '10.0.2.10', requests: 0, unsigned: 0 },
    ],
    client_count: 2,
    ...change,
  }
}

/** The report of a proxy. @param id Up to 22 letters or digits. */
export function proxyReport(
  id: string,
  change: {
    readonly proxy?: Partial<ProxyReport['proxy']>
    readonly sections?: readonly ReportedSection[]
    readonly warnings?: ProxyReport['warnings']
  } = {},
): ProxyReport {
  return {
    proxy: {
      id: id.padEnd(22, '-'),
      host: 'proxy-1.example.com',
      version: '0.1.0',
      platform: 'linux x64',
      uptime_s: 3600,
      ...change.proxy,
    },
    sections: change.sections ?? [reportedSection()],
    warnings: change.warnings ?? [],
  }
}
