import type { Socket } from 'node:net'

/**
 * The best request that a connection has carried: none yet, one that anyone can make, one signed by a
 * user's phone, or one signed by an application.
 */
export type Trust = 'silent' | 'anonymous' | 'phone' | 'application'

/** An accepted connection. Times are milliseconds of a monotonic clock. */
export interface Connection {
  readonly socket: Socket
  /** IPv4 address, or the /64 network of an IPv6 address. */
  readonly source: string
  readonly acceptedAt: number
  /** When its last request began or ended. */
  activeAt: number
  trust: Trust
  isSecure: boolean
  /** Requests in progress; not counted for applications, whose connections stay open. */
  requests: number
  /** Called after an application has made a signed request on it. */
  trusted?: () => void
}

/** The order in which a full listener closes connections; those of applications are never closed. */
const closedFirst = ['silent', 'anonymous', 'phone'] as const

/** Connections by trust, each kind ordered by activity: the longest idle first. */
export class ConnectionQueue {
  readonly #byTrust: Readonly<Record<Trust, Set<Connection>>> = {
    silent: new Set(),
    anonymous: new Set(),
    phone: new Set(),
    application: new Set(),
  }

  get size(): number {
    const { silent, anonymous, phone, application } = this.#byTrust
    return silent.size + anonymous.size + phone.size + application.size
  }

  count(trust: Trust): number {
    return this.#byTrust[trust].size
  }

  of(trust: Trust): Iterable<Connection> {
    return this.#byTrust[trust]
  }

  /** Adds a connection, or moves one to the end of its kind. */
  push(connection: Connection): void {
    const queue = this.#byTrust[connection.trust]
    queue.delete(connection)
    queue.add(connection)
  }

  remove(connection: Connection): void {
    this.#byTrust[connection.trust].delete(connection)
  }

  /** The connection to close for a new one: of the least trusted, the longest idle. */
  leastUseful(): Connection | undefined {
    for (const trust of closedFirst) {
      const [first] = this.#byTrust[trust]
      if (first !== undefined) return first
    }
    return undefined
  }
}
