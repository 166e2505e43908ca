import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { Peer } from './access_request.ts'
import type { DropReason, ServerCounters } from './counters.ts'
import { RateLimit } from './rate_limit.ts'

const linesPerSpan = 5
const spanMs = 10_000

/** What an administrator reads of each kind of silence: what was wrong, and what to do. */
const explanations: Readonly<Record<DropReason, string>> = {
  'unknown-client':
    'Unknown Client: no radius_ip_N covers this address; add one if it may ask for logins',
  malformed: 'malformed: it is not a RADIUS packet that RFC 2865 §3 and §5 allow',
  'unexpected-code': 'neither an Access-Request nor a Status-Server; only logins are served here',
  'missing-message-authenticator':
    'no Message-Authenticator, which this client has to send: it has sent one before, or its ' +
    'policy is required, or it speaks EAP or Status-Server',
  'wrong-message-authenticator':
    'wrong Message-Authenticator: the shared secret probably differs from the one of this client',
  'unsigned-proxy-state':
    'Proxy-State without Message-Authenticator, as in an attack on the reply (CVE-2024-3596); let ' +
    'the client send Message-Authenticator',
  'eap-with-password': 'EAP-Message beside another password (RFC 3579 §3.3)',
  'proxy-state-too-long': 'so much Proxy-State that no reply could carry it back',
  overload: 'too many logins are in progress',
  'status-server-rate': 'too many Status-Servers a second from this client',
}

/**
 * Counts the datagrams that get silence, and tells of some of them: a bounded number of lines for
 * each reason, so that one flood neither fills the log nor hides what else goes wrong.
 */
export class DropLog {
  readonly #log: Log
  readonly #clock: Clock
  readonly #counters: ServerCounters
  readonly #limits = new Map<string, RateLimit>()

  constructor(log: Log, clock: Clock, counters: ServerCounters) {
    this.#log = log
    this.#clock = clock
    this.#counters = counters
  }

  drop(reason: DropReason, from: Peer, detail?: string): void {
    this.#counters.dropped[reason]++
    const suppressed = this.#limit(reason).allow()
    if (suppressed === undefined) return
    this.#log.warn(`dropping packet from ${from.address}: ${explanations[reason]}`, {
      port: from.port,
      reason,
      ...(detail === undefined ? {} : { detail }),
      ...(suppressed === 0 ? {} : { suppressed }),
    })
  }

  sendError(to: Peer, error: Error): void {
    this.#counters.sendErrors++
    const suppressed = this.#limit('send').allow()
    if (suppressed === undefined) return
    this.#log.warn(`a reply to ${to.address} could not be sent: ${error.message}`, {
      port: to.port,
      ...(suppressed === 0 ? {} : { suppressed }),
    })
  }

  #limit(kind: string): RateLimit {
    const known = this.#limits.get(kind)
    if (known !== undefined) return known
    const limit = new RateLimit(this.#clock, linesPerSpan, spanMs)
    this.#limits.set(kind, limit)
    return limit
  }
}
