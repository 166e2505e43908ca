/** A running proxy, as `authproxyctl status --json` prints it. Dates are ISO 8601, UTC. */
export interface ProxyStatus {
  readonly pid: number
  readonly version: string
  readonly started_at: string
  readonly uptime_s: number
  /** Absolute. */
  readonly config_file: string
  readonly log_dir: string
  /** When the configuration that is in force was loaded. */
  readonly config_loaded_at: string
  readonly reloads: ReloadCounts
  readonly health: HealthStatus
  /** While primary-only mode is on: nobody is asked for a second factor. */
  readonly primary_only?: { readonly until: string }
  /** Where `/metrics` and `/healthz` are served, such as `127.0.0.1:9100`; absent without them. */
  readonly metrics?: string
  /** The last line of level error since the start; absent without one. */
  readonly last_error?: { readonly at: string; readonly message: string }
  readonly sections: readonly SectionStatus[]
  /** The processes that share the sign-ins; absent if the proxy is one process. */
  readonly workers?: readonly WorkerStatus[]
}

/** One of the processes that share the sign-ins. */
export interface WorkerStatus {
  /** From 1 on. */
  readonly number: number
  /** Absent while it is being restarted. */
  readonly pid?: number
  readonly started_at?: string
  /** How often it was restarted, because it ended or hung. */
  readonly restarts: number
  readonly pending: number
  readonly resident_bytes: number
}

export interface ReloadCounts {
  readonly succeeded: number
  readonly failed: number
  /** The last attempt; absent without one. */
  readonly last?: { readonly at: string; readonly ok: boolean; readonly lines: readonly string[] }
}

/** Whether logins can be decided: every section listens, and its API is usable or failmode replaces it. */
export interface HealthStatus {
  readonly ok: boolean
  /** Why not, one line each. */
  readonly problems: readonly string[]
  /** Outages during which `failmode=safe` lets users in. */
  readonly covered: readonly string[]
}

export interface SectionStatus {
  readonly name: string
  readonly protocol: 'RADIUS over UDP' | 'RADIUS over TCP'
  readonly address: string
  readonly port: number
  readonly listening: boolean
  readonly failmode: 'safe' | 'secure'
  readonly api: string
  /** `unknown` until the first check has ended. */
  readonly api_state: 'usable' | 'unusable' | 'unknown'
  /** Why it is unusable. */
  readonly api_problem?: string
  readonly pending: number
  readonly logins: {
    readonly accept: number
    readonly reject: number
    readonly challenge: number
    /** Accepted by `failmode=safe` while the API was down. */
    readonly fail_open: number
    /** Rejected by `failmode=secure` while the API was down. */
    readonly fail_closed: number
  }
  readonly fail_opens_24h: number
  readonly last_fail_open_at?: string
  readonly clients: readonly ClientStatus[]
}

export interface ClientStatus {
  /** Its key: `radius_ip_1`. */
  readonly name: string
  readonly addresses: string
  readonly requests: number
  readonly last_request_at?: string
  readonly last_address?: string
  readonly message_authenticator: MessageAuthenticatorStatus
  /** Absent if the client has no `radius_secret_previous_N`. */
  readonly previous_secret?: PreviousSecretStatus
}

export interface MessageAuthenticatorStatus {
  readonly policy: 'auto' | 'required' | 'off'
  /** Requests without one that were answered. */
  readonly unsigned: number
  readonly last_unsigned_at?: string
  /** Addresses from which `auto` requires one now. */
  readonly latched: number
}

/** Who still uses the secret that is being replaced. */
export interface PreviousSecretStatus {
  readonly requests: number
  readonly last_request_at?: string
  readonly last_address?: string
}
