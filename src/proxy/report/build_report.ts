import type {
  ProxyReport,
  ReportedClient,
  ReportedSection,
  ReportedStranger,
} from '../../duo/index.ts'
import type { DropSource } from '../../radius/udp/drop_sources.ts'
import type { RadiusClientEntry } from '../../radius/udp/radius_client.ts'
import type { ServerSection } from '../sections/proxy_config.ts'
import { secondsSince } from './seconds_since.ts'
import type { SectionActivity } from './section_activity.ts'
import { byUrgency, findWarnings, type Moments, type SectionFacts } from './warnings.ts'

/** A section with what it has done. */
export interface SectionToReport extends SectionFacts {
  readonly section: Pick<ServerSection, 'failmode'>
  readonly protocol: string
  readonly port: number
  readonly activity: SectionActivity
  /** From where datagrams were dropped, the most recent first. */
  readonly dropSources: readonly DropSource[]
}

export type ReportingProcess = Omit<ProxyReport['proxy'], 'uptime_s'>

/** The service hashes larger bodies only for the hosts that the request names. */
const maxBytes = 4096
const maxSections = 32
const maxClients = 64
const maxSources = 4

/**
 * Builds the report of the sections of one application. It has at most 4096 bytes as JSON, if the sections
 * without their clients allow it: what does not fit is left out, clients that were not seen lately first.
 */
export function buildReport(
  sections: readonly SectionToReport[],
  process: ReportingProcess,
  moments: Moments,
): ProxyReport {
  const reported = sections.slice(0, maxSections)
  const warnings = reported.flatMap((section) => findWarnings(section, moments)).toSorted(byUrgency)
  const uptime = secondsSince(moments.startedMs, moments.nowMs)
  for (let clients = maxClients; ; clients = Math.floor(clients / 2)) {
    const report = {
      proxy: { ...process, uptime_s: uptime },
      sections: reported.map((section) => describeSection(section, clients, moments)),
      warnings: warnings.slice(0, clients + 1),
    }
    if (clients === 0 || byteLength(report) <= maxBytes) return report
  }
}

function byteLength(report: ProxyReport): number {
  return Buffer.byteLength(JSON.stringify({ report }))
}

function describeSection(
  { name, section, protocol, port, activity, dropped, dropSources, clients }: SectionToReport,
  maxShown: number,
  { nowMs, dateMs }: Moments,
): ReportedSection {
  const described = clients
    .map((entry) => withWrongSecrets(describeClient(entry, activity, nowMs), dropSources, dateMs))
    .toSorted((one, other) => (one.last_s ?? Infinity) - (other.last_s ?? Infinity))
    .slice(0, maxShown)
  return {
    name,
    protocol,
    port,
    failmode: section.failmode,
    logins: activity.logins,
    logins_hour: activity.loginsOfHour(nowMs),
    dropped: Object.fromEntries(Object.entries(dropped).filter(([, count]) => count > 0)),
    service_latency: activity.serviceLatency.summary(nowMs),
    login_latency: activity.loginLatency.summary(nowMs),
    clients: described,
    client_count: clients.length,
    strangers: maxShown === 0 ? [] : describeStrangers(dropSources, dateMs),
  }
}

function describeClient(
  entry: RadiusClientEntry,
  activity: SectionActivity,
  nowMs: number,
): ReportedClient {
  const { name, addresses } = entry
  const client = activity.client(entry)
  if (client === undefined) return { name, addresses, requests: 0, unsigned: 0 }
  const { requests, unsigned, lastAddress, lastAt } = client
  return {
    name,
    addresses,
    requests,
    unsigned,
    last_address: lastAddress,
    last_s: secondsSince(lastAt, nowMs),
    sources: client.sources.report(maxSources, nowMs),
  }
}

/** Adds addresses whose requests were dropped for a wrong Message-Authenticator. */
function withWrongSecrets(
  client: ReportedClient,
  dropSources: readonly DropSource[],
  dateMs: number,
): ReportedClient {
  const wrong = dropSources.filter(
    ({ client: name, reason }) => name === client.name && reason === 'wrong-message-authenticator',
  )
  if (wrong.length === 0) return client
  const answered = client.sources ?? []
  const dropped = wrong.map(({ address, count, lastAt }) => ({
    address,
    requests: count,
    last_s: secondsSince(lastAt, dateMs),
    secret: 'wrong' as const,
  }))
  // one line per address: what came last
  const sources = [...answered, ...dropped]
    .toSorted((one, other) => one.last_s - other.last_s)
    .filter(
      (source, index, all) => index === all.findIndex(({ address }) => address === source.address),
    )
  return { ...client, sources: sources.slice(0, maxSources) }
}

function describeStrangers(dropSources: readonly DropSource[], dateMs: number): ReportedStranger[] {
  return dropSources
    .filter(({ reason }) => reason === 'unknown-client')
    .slice(0, maxSources)
    .map(({ address, count, lastAt }) => ({
      address,
      count,
      last_s: secondsSince(lastAt, dateMs),
    }))
}
