import type { RadiusClientEntry } from '../../radius/udp/radius_client.ts'
import type { ReportSource } from '../report/reporter.ts'
import type { ClientActivity } from '../report/section_activity.ts'
import { findHealth } from './health.ts'
import type {
  ClientStatus,
  PreviousSecretStatus,
  ProxyStatus,
  SectionStatus,
} from './proxy_status.ts'

/** What the status shows besides the sections. */
export type ProcessFacts = Omit<
  ProxyStatus,
  'started_at' | 'uptime_s' | 'health' | 'sections' | 'pid'
> & {
  readonly pid: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

/** @param now Milliseconds since 1970. @param nowMs The same moment by `performance.now()`. */
export function buildStatus(
  sections: readonly ReportSource[],
  { startedAt, ...process }: ProcessFacts,
  { now, nowMs }: { readonly now: number; readonly nowMs: number },
): ProxyStatus {
  const dates = new Dates(now, nowMs)
  return {
    ...process,
    started_at: new Date(startedAt).toISOString(),
    uptime_s: Math.max(0, Math.round((now - startedAt) / 1000)),
    health: findHealth(sections),
    sections: sections.map((source) => describeSection(source, dates)),
  }
}

function describeSection(source: ReportSource, dates: Dates): SectionStatus {
  const { section, transport, address, port, isListening, pending, activity } = source
  const { apiState } = activity
  const failOpens = activity.failOpens(dates.nowMs)
  return {
    name: section.name,
    protocol: `RADIUS over ${transport}`,
    address,
    port,
    listening: isListening,
    failmode: section.failmode,
    api: `${section.apiHost}:${section.apiPort}`,
    api_state:
      apiState === undefined ? 'unknown' : apiState.kind === 'usable' ? 'usable' : 'unusable',
    ...(apiState === undefined || apiState.kind === 'usable'
      ? {}
      : { api_problem: apiState.problem }),
    pending,
    logins: activity.logins,
    fail_opens_24h: failOpens.count,
    ...(failOpens.lastAt === 0 ? {} : { last_fail_open_at: dates.of(failOpens.lastAt) }),
    clients: section.radiusClients.map((entry) => describeClient(entry, source, dates)),
  }
}

function describeClient(
  entry: RadiusClientEntry,
  { activity, latched }: ReportSource,
  dates: Dates,
): ClientStatus {
  const client = activity.client(entry)
  return {
    name: entry.name,
    addresses: entry.addresses,
    requests: client?.requests ?? 0,
    ...(client === undefined
      ? {}
      : { last_request_at: dates.of(client.lastAt), last_address: client.lastAddress }),
    message_authenticator: {
      policy: entry.messageAuthenticator,
      unsigned: client?.unsigned ?? 0,
      ...(client === undefined || client.unsigned === 0
        ? {}
        : { last_unsigned_at: dates.of(client.lastUnsignedAt) }),
      latched: latched.filter(({ client: name }) => name === entry.name).length,
    },
    ...(entry.previousSecret === undefined
      ? {}
      : { previous_secret: describePreviousSecret(client, dates) }),
  }
}

function describePreviousSecret(
  client: ClientActivity | undefined,
  dates: Dates,
): PreviousSecretStatus {
  if (client === undefined || client.withPreviousSecret === 0) return { requests: 0 }
  return {
    requests: client.withPreviousSecret,
    last_request_at: dates.of(client.lastPreviousSecretAt),
    ...(client.lastPreviousSecretAddress === undefined
      ? {}
      : { last_address: client.lastPreviousSecretAddress }),
  }
}

/** Converts moments of `performance.now()`. */
class Dates {
  readonly nowMs: number
  readonly #now: number

  constructor(now: number, nowMs: number) {
    this.#now = now
    this.nowMs = nowMs
  }

  of(atMs: number): string {
    return new Date(this.#now - (this.nowMs - atMs)).toISOString()
  }
}
