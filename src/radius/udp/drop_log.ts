import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { Peer } from './access_request.ts'
import type { DropReason, ServerCounters } from './counters.ts'
import { RateLimit } from './rate_limit.ts'

const linesPerSpan = 5
const spanMs = 10_000

/**
 * Says why a datagram was dropped, and what to do.
 *
 * @param client Name of the client entry: `radius_ip_2`.
 */
type Explanation = (client: string) => string

const explanations: Readonly<Record<DropReason, Explanation>> = {
  'unknown-client': () =>
    'Unknown Client: no radius_ip_N covers this address; add one if it may send logins',
  malformed: () => 'malformed: it violates RFC 2865 §3 or §5',
  'unexpected-code': () => 'neither Access-Request nor Status-Server; the proxy serves only logins',
  'unsigned-but-required': (client) =>
    'no Message-Authenticator, which the configuration requires from this client; configure the ' +
    `client to send it, or set ${policyKey(client)} = off`,
  'unsigned-after-signed': (client) =>
    'no Message-Authenticator, though this address has always sent it before. If a client there ' +
    `does not send it, set ${policyKey(client)} = off; SIGUSR2 to the proxy clears what it learned`,
  'unsigned-conflict': (client) =>
    'no Message-Authenticator, and the Identifier belongs to a signed request in progress; it is ' +
    `probably spoofed. Set ${policyKey(client)} = required if every client at this address signs`,
  'unsigned-eap': () => 'EAP-Message without Message-Authenticator (RFC 3579 §3.1)',
  'unsigned-status-server': () => 'Status-Server without Message-Authenticator (RFC 5997 §3)',
  'wrong-message-authenticator': (client) =>
    `wrong Message-Authenticator: the shared secret probably differs from ${secretKey(client)}`,
  'repeated-message-authenticator': () =>
    'more than one Message-Authenticator (RFC 3579 §3.3 allows one); the client or a RADIUS proxy ' +
    'before this one adds a second one',
  'malformed-message-authenticator': () =>
    'the Message-Authenticator is not 16 octets long (RFC 3579 §3.2)',
  'unsigned-proxy-state': (client) =>
    'Proxy-State without Message-Authenticator, as in the attack of CVE-2024-3596; configure the ' +
    `client to send Message-Authenticator, or set ${policyKey(client)} = off`,
  'eap-with-password': () => 'EAP-Message together with another password (RFC 3579 §3.3)',
  'proxy-state-too-long': () => 'more Proxy-State than fits into a reply',
  'status-server-rate': () => 'too many Status-Server requests per second from this client',
}

/** The setting that belongs to a client entry: `message_authenticator_2` for `radius_ip_2`. */
export function policyKey(client: string): string {
  return client.replace('radius_ip', 'message_authenticator')
}

/** The setting with the secret of a client entry: `radius_secret_2` for `radius_ip_2`. */
export function secretKey(client: string): string {
  return client.replace('radius_ip', 'radius_secret')
}

/** The setting with the secret that is being replaced: `radius_secret_previous_2`. */
export function previousSecretKey(client: string): string {
  return client.replace('radius_ip', 'radius_secret_previous')
}

/**
 * Counts dropped datagrams, and logs a limited number of them per client and reason, so that a flood
 * neither fills the log nor hides other problems.
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

  /** @param about.client Name of the client entry that covers the source address, if any. */
  drop(
    reason: DropReason,
    from: Peer,
    { client, detail }: { readonly client?: string; readonly detail?: string } = {},
  ): void {
    this.#counters.dropped[reason]++
    this.#counters.dropSources.add(reason, from.address, client, this.#clock.now())
    const suppressed = this.#limit(`${reason} ${client}`).allow()
    if (suppressed === undefined) return
    const explanation = explanations[reason](client ?? 'radius_ip_N')
    this.#log.warn(`dropping packet from ${from.address}: ${explanation}`, {
      port: from.port,
      reason,
      ...(client === undefined ? {} : { client }),
      ...(detail === undefined ? {} : { detail }),
      ...(suppressed === 0 ? {} : { suppressed }),
    })
  }

  overload(from: Peer): void {
    this.#counters.overload++
    const suppressed = this.#limit('overload').allow()
    if (suppressed === undefined) return
    this.#log.warn(`rejecting a login from ${from.address}: too many are in progress`, {
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
