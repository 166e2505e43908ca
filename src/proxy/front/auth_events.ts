/**
 * One line of `authevents.log`. `timestamp`, `username`, `auth_stage`, `status`, `msg` and
 * `client_ip` are what readers of that file rely on; `nas_ip` is ours: who asked.
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
  readonly nas_ip: string
}

export interface AuthEvents {
  write(event: AuthEvent): void
}
