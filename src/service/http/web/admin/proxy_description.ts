import type { LoginCounts, ProxyWarning, ReportedSection } from '../../../../duo/index.ts'
import { proxyState, type ReceivedReport, type ReportingProxy } from '../../../proxies/proxies.ts'

/** What is read besides the proxy itself. */
export interface ProxyContext {
  readonly reports: readonly ReceivedReport[]
  /** Names of applications by ikey; removed ones are absent. */
  readonly names: ReadonlyMap<string, string>
  readonly serviceVersion: string
  readonly now: number
}

const noLogins: LoginCounts = { accept: 0, reject: 0, challenge: 0, fail_open: 0, fail_closed: 0 }
const hourMs = 3_600_000

/** A proxy in the list. Times are in milliseconds since 1970. */
export function describeProxy(
  proxy: ReportingProxy,
  { reports, names, serviceVersion, now }: ProxyContext,
) {
  const sections = reports.flatMap(({ report }) => report.sections)
  return {
    proxy_id: proxy.proxyId,
    host: proxy.host,
    version: proxy.version,
    is_outdated: isOlder(proxy.version, serviceVersion),
    platform: proxy.platform,
    address: proxy.address,
    state: proxyState(proxy, now),
    started: proxy.started,
    first_seen: proxy.firstSeen,
    last_seen: proxy.lastSeen,
    applications: reports.map(({ ikey }) => ({
      integration_key: ikey,
      name: names.get(ikey) ?? null,
    })),
    sections: sections.map(({ name }) => name),
    /** Of the hour before now; nothing is known of it once the proxy is silent for an hour. */
    logins_hour:
      now - proxy.lastSeen > hourMs
        ? null
        : sections.map(({ logins_hour: logins }) => logins).reduce(addUp, noLogins),
    warnings: reports.flatMap(({ report, received }) =>
      report.warnings.map((warning) => describeWarning(warning, received)),
    ),
  }
}

/** A proxy on its page. */
export function describeProxyDetails(proxy: ReportingProxy, context: ProxyContext) {
  return {
    ...describeProxy(proxy, context),
    service_version: context.serviceVersion,
    sections: context.reports.flatMap(({ ikey, report, received }) =>
      report.sections.map((section) => ({
        integration_key: ikey,
        application: context.names.get(ikey) ?? null,
        ...describeSection(section, received),
      })),
    ),
  }
}

function describeSection(section: ReportedSection, received: number) {
  const { service_latency: service, login_latency: login, clients, ...rest } = section
  return {
    ...rest,
    service_latency: service ?? null,
    login_latency: login ?? null,
    clients: clients.map(({ last_s: lastSecs, last_address: lastAddress, ...client }) => ({
      ...client,
      last_address: lastAddress ?? null,
      last_seen: lastSecs === undefined ? null : received - lastSecs * 1000,
    })),
  }
}

function describeWarning(
  { kind, section, client, address, count, last_s: lastSecs, expires_s: expiresSecs }: ProxyWarning,
  received: number,
) {
  return {
    kind,
    section,
    client: client ?? null,
    address: address ?? null,
    count: count ?? null,
    last: lastSecs === undefined ? null : received - lastSecs * 1000,
    expires: expiresSecs === undefined ? null : received + expiresSecs * 1000,
  }
}

function addUp(one: LoginCounts, other: LoginCounts): LoginCounts {
  return {
    accept: one.accept + other.accept,
    reject: one.reject + other.reject,
    challenge: one.challenge + other.challenge,
    fail_open: one.fail_open + other.fail_open,
    fail_closed: one.fail_closed + other.fail_closed,
  }
}

/** Compares `1.2.3` by its numbers; other versions are not compared. */
function isOlder(version: string, other: string): boolean {
  const [one, two] = [version, other].map((text) => /^(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1))
  if (one === undefined || two === undefined) return false
  for (const [index, part] of one.entries()) {
    const difference = Number(part) - Number(two[index])
    if (difference !== 0) return difference < 0
  }
  return false
}
