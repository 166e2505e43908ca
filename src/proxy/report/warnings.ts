import type { CertificateExpiry } from '../../duo/https/certificate_expiry.ts'
import { type ProxyWarning, proxyWarningKinds } from '../../duo/index.ts'
import type { DropReason } from '../../radius/udp/counters.ts'
import type { RadiusClientEntry } from '../../radius/udp/radius_client.ts'
import type { DropTimes } from './drop_times.ts'
import { secondsSince } from './seconds_since.ts'
import type { SectionActivity } from './section_activity.ts'

/** What is known of a section. */
export interface SectionFacts {
  readonly name: string
  readonly clients: readonly RadiusClientEntry[]
  readonly activity: Pick<SectionActivity, 'client' | 'failOpens'>
  readonly dropped: Readonly<Record<DropReason, number>>
  readonly dropTimes: DropTimes
  /** `undefined` before the first connection. */
  readonly certificates: CertificateExpiry | undefined
}

/** `nowMs` and `startedMs` are by `performance.now()`, `dateMs` is the time since 1970. */
export interface Moments {
  readonly nowMs: number
  readonly startedMs: number
  readonly dateMs: number
}

const dayMs = 24 * 3_600_000
const expiresSoonMs = 30 * dayMs
/** After this time, a client that sent nothing is probably cut off; appliances use their servers in turn. */
const unseenAfterMs = 60 * 60_000
const unseenAfterRequests = 10

/** Warnings that come from dropped datagrams. */
const dropWarnings = [
  { kind: 'wrong_secret', reasons: ['wrong-message-authenticator'] },
  {
    kind: 'unsigned_dropped',
    reasons: ['unsigned-but-required', 'unsigned-after-signed', 'unsigned-proxy-state'],
  },
  { kind: 'unknown_client', reasons: ['unknown-client'] },
] as const satisfies readonly {
  readonly kind: ProxyWarning['kind']
  readonly reasons: readonly DropReason[]
}[]

/** Finds what an administrator should know about a section. */
export function findWarnings(facts: SectionFacts, moments: Moments): ProxyWarning[] {
  return [
    ...failOpens(facts, moments),
    ...drops(facts, moments),
    ...unsignedClients(facts, moments),
    ...unseenClients(facts, moments),
    ...expiring(facts, moments),
  ]
}

/** Sorts the most urgent warnings first. */
export function byUrgency(one: ProxyWarning, other: ProxyWarning): number {
  return proxyWarningKinds.indexOf(one.kind) - proxyWarningKinds.indexOf(other.kind)
}

function failOpens({ name, activity }: SectionFacts, { nowMs }: Moments): ProxyWarning[] {
  const { count, lastAt } = activity.failOpens(nowMs)
  if (count === 0) return []
  return [{ kind: 'fail_open', section: name, count, last_s: secondsSince(lastAt, nowMs) }]
}

function drops({ name, dropped, dropTimes }: SectionFacts, { nowMs }: Moments): ProxyWarning[] {
  return dropWarnings.flatMap(({ kind, reasons }) => {
    const times = reasons.flatMap((reason) => dropTimes.lastAt(reason) ?? [])
    const last = Math.max(...times)
    if (times.length === 0 || nowMs - last > dayMs) return []
    const count = reasons.reduce((sum, reason) => sum + dropped[reason], 0)
    return [{ kind, section: name, count, last_s: secondsSince(last, nowMs) }]
  })
}

/** With `message_authenticator_N = off`, the administrator knows about it. */
function unsignedClients(
  { name, clients, activity }: SectionFacts,
  { nowMs }: Moments,
): ProxyWarning[] {
  return clients.flatMap((entry) => {
    const client = activity.client(entry)
    if (client === undefined || client.unsigned === 0) return []
    if (entry.messageAuthenticator === 'off' || nowMs - client.lastUnsignedAt > dayMs) return []
    return [
      {
        kind: 'no_message_authenticator',
        section: name,
        client: entry.name,
        address: client.lastUnsignedAddress,
        count: client.unsigned,
        last_s: secondsSince(client.lastUnsignedAt, nowMs),
      } as const,
    ]
  })
}

/** Names the client that was seen: the others are in the list of clients. */
function unseenClients(
  { name, clients, activity }: SectionFacts,
  { nowMs, startedMs }: Moments,
): ProxyWarning[] {
  if (clients.length < 2 || nowMs - startedMs < unseenAfterMs) return []
  const seen = clients.flatMap((entry) => {
    const client = activity.client(entry)
    return client === undefined ? [] : [{ entry, client }]
  })
  const [only] = seen
  if (only === undefined || seen.length > 1) return []
  const { entry, client } = only
  if (client.requests < unseenAfterRequests) return []
  return [
    {
      kind: 'one_client_seen',
      section: name,
      client: entry.name,
      address: client.lastAddress,
      count: client.requests,
      last_s: secondsSince(client.lastAt, nowMs),
    },
  ]
}

function expiring({ name, certificates }: SectionFacts, { dateMs }: Moments): ProxyWarning[] {
  if (certificates === undefined) return []
  const { service, authority } = certificates
  const ends = [
    ['certificate_expires', service],
    ['ca_expires', authority],
  ] as const
  return ends.flatMap(([kind, end]) => {
    if (end === undefined || end - dateMs > expiresSoonMs) return []
    return [{ kind, section: name, expires_s: Math.floor((end - dateMs) / 1000) }]
  })
}
