/** Capability of a service that takes reports of authentication proxies; the vendor's cloud has none. */
export const proxyReports = 'proxy_report'

/** What a proxy warns of, in the order of urgency. */
export const proxyWarningKinds = [
  /** `failmode=safe` accepted logins without a second factor. */
  'fail_open',
  /** Requests with a wrong Message-Authenticator: the shared secret differs. */
  'wrong_secret',
  /** Requests were dropped because they had no Message-Authenticator. */
  'unsigned_dropped',
  /** A RADIUS client sends requests without Message-Authenticator, and they are answered. */
  'no_message_authenticator',
  /** Of several RADIUS clients, only one has sent requests. */
  'one_client_seen',
  /** Requests from addresses that no `radius_ip_N` covers were dropped. */
  'unknown_client',
  /** The service's certificate expires soon. */
  'certificate_expires',
  /** A certificate of `http_ca_certs_file` or `http_ca_certs` expires soon. */
  'ca_expires',
] as const
export type ProxyWarningKind = (typeof proxyWarningKinds)[number]

/** Something about a proxy that an administrator should look at. */
export interface ProxyWarning {
  readonly kind: ProxyWarningKind
  readonly section: string
  /** The client's entry: `radius_ip_2`. */
  readonly client?: string | undefined
  /** An address from which the client sent requests. */
  readonly address?: string | undefined
  /** Requests or logins, since the proxy started. */
  readonly count?: number | undefined
  /** How long ago it last happened. */
  readonly last_s?: number | undefined
  /** Until a certificate expires; negative once it has. */
  readonly expires_s?: number | undefined
}

/** Logins by result; every login is in one of them. */
export interface LoginCounts {
  readonly accept: number
  readonly reject: number
  readonly challenge: number
  /** Accepted by `failmode=safe`, because the service was down. */
  readonly fail_open: number
  /** Rejected by `failmode=secure`, because the service was down. */
  readonly fail_closed: number
}

/** Of the last durations within an hour. */
export interface LatencySummary {
  readonly count: number
  readonly p50_ms: number
  readonly p95_ms: number
}

/** One address that a client has sent requests from, such as a controller of a directory. */
export interface ReportedSource {
  readonly address: string
  readonly requests: number
  /** How long ago the last one came. */
  readonly last_s: number
  /**
   * Whether both ends have the same secret. `proven`: by a Message-Authenticator; `readable`: the password
   * is text; `wrong`: it is random octets, or the Message-Authenticator is wrong; `unknown`: nothing shows it.
   */
  readonly secret: 'proven' | 'readable' | 'wrong' | 'unknown'
  /** What the last request was answered; absent if it was dropped. */
  readonly reply?: 'accept' | 'reject' | 'challenge' | undefined
  /** The last request used the secret that is being replaced. */
  readonly previous_secret?: true | undefined
  /** How long ago AWS Directory Service sent the probe of `EnableRadius`. */
  readonly probe_s?: number | undefined
}

/** An address that no `radius_ip_N` covers; its requests were dropped. */
export interface ReportedStranger {
  readonly address: string
  readonly count: number
  readonly last_s: number
}

/** A `radius_ip_N`, and what it has sent since the proxy started. */
export interface ReportedClient {
  readonly name: string
  /** As configured: an address, a network or a range. */
  readonly addresses: string
  readonly requests: number
  /** Those without Message-Authenticator. */
  readonly unsigned: number
  /** The source address of its last request. */
  readonly last_address?: string | undefined
  /** How long ago that was. */
  readonly last_s?: number | undefined
  /** The most recent addresses, at most four; older proxies send none. */
  readonly sources?: readonly ReportedSource[] | undefined
}

export interface ReportedSection {
  /** As in `authproxy.cfg`. */
  readonly name: string
  /** `RADIUS over UDP` */
  readonly protocol: string
  readonly port: number
  readonly failmode: 'safe' | 'secure'
  /** Since the proxy started. */
  readonly logins: LoginCounts
  /** In the last hour. */
  readonly logins_hour: LoginCounts
  /** Datagrams without a reply, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Calls of the service that need no user; absent before the first one. */
  readonly service_latency?: LatencySummary | undefined
  /** Whole logins, with the time that users take. */
  readonly login_latency?: LatencySummary | undefined
  readonly clients: readonly ReportedClient[]
  /** How many clients are configured; more than `clients` if not all fit. */
  readonly client_count: number
  /** The most recent first, at most four; older proxies send none. */
  readonly strangers?: readonly ReportedStranger[] | undefined
}

/**
 * What an authentication proxy reports about itself and about its sections for one application. Spans are
 * in seconds, because the clocks of the two machines may differ. It contains no usernames and no secrets.
 */
export interface ProxyReport {
  readonly proxy: {
    /** 22 letters, digits, `-` and `_`; the same in the reports of all its sections. */
    readonly id: string
    readonly host: string
    readonly version: string
    /** `linux x64` */
    readonly platform: string
    readonly uptime_s: number
  }
  readonly sections: readonly ReportedSection[]
  readonly warnings: readonly ProxyWarning[]
}
