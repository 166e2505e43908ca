export interface LoginCounts {
  readonly accept: number
  readonly reject: number
  readonly challenge: number
  readonly fail_open: number
  readonly fail_closed: number
}

export interface Warning {
  readonly kind: string
  readonly section: string
  readonly client: string | null
  readonly address: string | null
  readonly count: number | null
  readonly last: number | null
  readonly expires: number | null
}

interface ApplicationName {
  readonly integration_key: string
  /** `null` if the application was removed. */
  readonly name: string | null
}

/** An authentication proxy in the list. Times are in milliseconds since 1970. */
export interface ListedProxy {
  readonly proxy_id: string
  readonly host: string
  readonly version: string
  /** Whether the service has a newer version. */
  readonly is_outdated: boolean
  readonly platform: string
  readonly address: string
  readonly state: 'connected' | 'lost'
  readonly started: number
  readonly first_seen: number
  readonly last_seen: number
  readonly applications: readonly ApplicationName[]
  /** `null` if it was silent for an hour. */
  readonly logins_hour: LoginCounts | null
  readonly warnings: readonly Warning[]
}

interface Latency {
  readonly count: number
  readonly p50_ms: number
  readonly p95_ms: number
}

export interface ProxyClient {
  readonly name: string
  readonly addresses: string
  readonly requests: number
  readonly unsigned: number
  readonly last_address: string | null
  readonly last_seen: number | null
}

export interface ProxySection {
  readonly name: string
  readonly integration_key: string
  readonly application: string | null
  readonly protocol: string
  readonly port: number
  readonly failmode: 'safe' | 'secure'
  readonly logins: LoginCounts
  readonly logins_hour: LoginCounts
  /** By reason. */
  readonly dropped: Readonly<Record<string, number>>
  readonly service_latency: Latency | null
  readonly login_latency: Latency | null
  readonly clients: readonly ProxyClient[]
  readonly client_count: number
}

export interface ProxyDetails extends ListedProxy {
  readonly service_version: string
  readonly sections: readonly ProxySection[]
}

/** How logins ended, the most frequent first: `41 accepted`. Kinds that did not happen are left out. */
export function loginWords(logins: LoginCounts): string[] {
  const named = [
    [logins.accept, 'accepted'],
    [logins.reject, 'denied'],
    [logins.challenge, 'asked for more'],
    [logins.fail_open, 'let in by failmode=safe'],
    [logins.fail_closed, 'denied by failmode=secure'],
  ] as const
  return named
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count.toLocaleString()} ${word}`)
}

export function latencyWords(latency: Latency | null): string {
  if (latency === null) return ''
  const { p50_ms: median, p95_ms: high, count } = latency
  return `${duration(median)} median, ${duration(high)} at the 95th percentile, of the last ${count.toLocaleString()}`
}

function duration(ms: number): string {
  if (ms >= 10_000) return `${Math.round(ms / 1000)} s`
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return ms >= 10 ? `${Math.round(ms)} ms` : `${ms} ms`
}

const reasons: Readonly<Record<string, string>> = {
  'unknown-client': 'from an unknown address',
  malformed: 'malformed',
  'unexpected-code': 'not a login',
  'unsigned-but-required': 'without Message-Authenticator, which is required',
  'unsigned-after-signed': 'without Message-Authenticator, from an address that always sent one',
  'unsigned-conflict': 'unsigned, in place of a signed request in progress',
  'unsigned-eap': 'EAP without Message-Authenticator',
  'unsigned-status-server': 'Status-Server without Message-Authenticator',
  'wrong-message-authenticator': 'with a wrong Message-Authenticator',
  'repeated-message-authenticator': 'with several Message-Authenticators',
  'malformed-message-authenticator': 'with a malformed Message-Authenticator',
  'unsigned-proxy-state': 'with Proxy-State and without Message-Authenticator',
  'eap-with-password': 'with EAP and a password',
  'proxy-state-too-long': 'with too much Proxy-State',
  'status-server-rate': 'too many Status-Server requests',
}

/** Why datagrams were dropped: `4 from an unknown address`. */
export function dropWords(dropped: ProxySection['dropped']): string[] {
  return Object.entries(dropped).map(
    ([reason, count]) =>
      `${count.toLocaleString()} ${reasons[reason] ?? reason.replaceAll('-', ' ')}`,
  )
}
