import type { Socket } from 'node:net'

/**
 * What a connection has shown so far: nothing, requests that anyone can make, a request signed by a
 * user's phone, or one signed by an application.
 */
export type Standing = 'silent' | 'anonymous' | 'phone' | 'application'

/** An accepted connection. Times are milliseconds of a monotonic clock. */
export interface Connection {
  readonly socket: Socket
  /** IPv4 address, or the /64 network of an IPv6 address. */
  readonly source: string
  readonly acceptedAt: number
  /** When its last request began or ended. */
  activeAt: number
  standing: Standing
  isSecure: boolean
  /** Requests in progress; not counted for applications, whose connections are never closed here. */
  requests: number
  /** Called when an application has made a signed request on it. */
  trusted?: () => void
}

/** The order of closing when there are too many; connections of applications are never closed. */
const closedFirst = ['silent', 'anonymous', 'phone'] as const

/** Connections by standing, each kind ordered by activity, the longest idle first. */
export class ConnectionQueue {
  readonly #byStanding: Readonly<Record<Standing, Set<Connection>>> = {
    silent: new Set(),
    anonymous: new Set(),
    phone: new Set(),
    application: new Set(),
  }

  get size(): number {
    const { silent, anonymous, phone, application } = this.#byStanding
    return silent.size + anonymous.size + phone.size + application.size
  }

  count(standing: Standing): number {
    return this.#byStanding[standing].size
  }

  of(standing: Standing): Iterable<Connection> {
    return this.#byStanding[standing]
  }

  /** Adds a connection, or moves one to the end of its kind. */
  push(connection: Connection): void {
    const queue = this.#byStanding[connection.standing]
    queue.delete(connection)
    queue.add(connection)
  }

  remove(connection: Connection): void {
    this.#byStanding[connection.standing].delete(connection)
  }

  /** The connection to close in favour of a new one: the longest idle one of the lowest standing. */
  leastUseful(): Connection | undefined {
    for (const standing of closedFirst) {
      const [first] = this.#byStanding[standing]
      if (first !== undefined) return first
    }
    return undefined
  }
}
