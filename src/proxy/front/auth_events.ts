import type { Clock } from '../../host/clock.ts'
import type { Login } from '../login/login.ts'
import type { Verdict } from '../login/verdict.ts'
import type { ServerSection } from '../sections/proxy_config.ts'

/**
 * One line of `authevents.log`. Parsers of that file rely on `timestamp`, `username`, `auth_stage`,
 * `status`, `msg` and `client_ip`; `nas_ip`, `grounds` and `evidence` are ours.
 */
export interface AuthEvent {
  /** ISO 8601 with microseconds, UTC. */
  readonly timestamp: string
  readonly username: string
  /** `Unknown` if the request could not be read. */
  readonly auth_stage: 'Primary authentication' | 'Secondary authentication' | 'Unknown'
  readonly status: 'Allow' | 'Reject' | 'Challenge'
  readonly msg: string
  readonly client_ip: string | null
  readonly server_section: string
  readonly server_section_ikey: string
  readonly client_section: string | null
  readonly factor: string | null
  /** The RADIUS client. */
  readonly nas_ip: string
  /** Why the login was accepted: `auth`, `preauth`, `exempt`, `failmode safe` or `primary only`. */
  readonly grounds: string | null
  /** What showed that the API is down, if `failmode` decided. */
  readonly evidence: string | null
}

export interface AuthEvents {
  write(event: AuthEvent): void
}

export interface DecidedRequest {
  readonly verdict: Verdict
  /** `undefined` if the request could not be read. */
  readonly login: Login | undefined
  readonly username: string
  readonly nasAddress: string
}

export function buildAuthEvent(
  { verdict, login, username, nasAddress }: DecidedRequest,
  { name, ikey }: ServerSection,
  clock: Clock,
): AuthEvent {
  return {
    timestamp: new Date(clock.now()).toISOString().replace('Z', '000Z'),
    username,
    auth_stage: login === undefined ? 'Unknown' : toStage(verdict),
    status: statuses[verdict.kind],
    msg: verdict.message,
    client_ip: login?.clientAddress ?? null,
    server_section: name,
    server_section_ikey: ikey,
    client_section: null,
    factor: verdict.factor ?? null,
    nas_ip: nasAddress,
    grounds: verdict.kind === 'accept' ? verdict.grounds : null,
    evidence: verdict.evidence ?? null,
  }
}

const statuses = { accept: 'Allow', reject: 'Reject', challenge: 'Challenge' } as const

function toStage(verdict: Verdict): AuthEvent['auth_stage'] {
  return verdict.kind === 'reject' && verdict.stage === 'primary'
    ? 'Primary authentication'
    : 'Secondary authentication'
}
