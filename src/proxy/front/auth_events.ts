/**
 * One line of `authevents.log`. `timestamp`, `username`, `auth_stage`, `status`, `msg` and
 * `client_ip` are what readers of that file rely on; `nas_ip`, `grounds` and `evidence` are ours.
 */
export interface AuthEvent {
  /** ISO 8601 with microseconds, UTC. */
  readonly timestamp: string
  readonly username: string
  /** `Unknown` where the request itself could not be read. */
  readonly auth_stage: 'Primary authentication' | 'Secondary authentication' | 'Unknown'
  readonly status: 'Allow' | 'Reject'
  readonly msg: string
  readonly client_ip: string | null
  readonly server_section: string
  readonly server_section_ikey: string
  readonly client_section: string | null
  readonly factor: string | null
  /** The RADIUS client that asked. */
  readonly nas_ip: string
  /** Why the user was let in: `auth`, `preauth`, `exempt` or `failmode safe`. */
  readonly grounds: string | null
  /** What showed that the API is down, where `failmode` decided. */
  readonly evidence: string | null
}

export interface AuthEvents {
  write(event: AuthEvent): void
}
