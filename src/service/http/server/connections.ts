import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Log } from '../../../host/log.ts'
import { sourceAddress } from '../../sign_in/source_address.ts'
import { ConnectionIndex } from './connection_index.ts'
import { type Connection, ConnectionQueue, type Trust } from './connection_queue.ts'
import { interceptConnections } from './node_http.ts'

export interface ConnectionLimits {
  /** Connections at once. */
  readonly total: number
  /** Connections at once from one IPv4 address or one IPv6 /64 network. */
  readonly perAddress: number
  readonly handshakeMs: number
  /** From the end of the handshake to the end of the first request's header. */
  readonly headerMs: number
  /** From the end of the header to the end of the body. */
  readonly bodyMs: number
  /** Without a request in progress. */
  readonly idleMs: number
  /** HTTP/2 streams of one application's connection that may be cancelled in a minute. */
  readonly streamResets: number
}

/** Why a connection was refused or closed. */
export type ClosedFor =
  | 'total'
  | 'per_address'
  | 'handshake_deadline'
  | 'request_deadline'
  | 'idle'
  | 'stream_resets'

export interface ConnectionsOptions {
  readonly limits: ConnectionLimits
  /** Whether a peer is a reverse proxy, to which the limit of one address does not apply. */
  readonly isProxy: (peer: string) => boolean
  readonly closed: (reason: ClosedFor) => void
  readonly log: Log
}

const sweepMs = 250
/** Node, which closes idle connections between two requests only, gets this long to do it first. */
const graceMs = 2000
const logEveryMs = 60_000

/**
 * Limits the connections of one listener, from TCP accept on, before any TLS work. A full listener closes
 * idle connections that never carried a signed request. It refuses new ones only if all open ones belong
 * to applications.
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #all = new ConnectionQueue()
  readonly #bySource = new Map<string, ConnectionQueue>()
  readonly #index = new ConnectionIndex()
  readonly #logged = new Map<ClosedFor, { at: number; unlogged: number }>()
  readonly #sweeping: NodeJS.Timeout

  constructor(tls: Server, options: ConnectionsOptions) {
    this.#options = options
    interceptConnections(tls, (socket, startTls) => {
      if (this.#admit(socket)) startTls()
    })
    this.#sweeping = setInterval(() => this.#sweep(), sweepMs).unref()
    tls.once('close', () => clearInterval(this.#sweeping))
  }

  count(trust: Trust): number {
    return this.#all.count(trust)
  }

  /** The TLS handshake of a connection is complete. */
  secured(socket: TLSSocket): void {
    const connection = this.#index.secured(socket)
    if (connection !== undefined) connection.isSecure = true
  }

  /** The connection of a TLS socket, or of what `link` has linked to one. */
  below(socket: object): Connection | undefined {
    return this.#index.find(socket)
  }

  /** Lets `below` find the connection of a TLS socket by another object, such as an HTTP/2 session. */
  link(socket: TLSSocket, other: object): void {
    this.#index.link(socket, other)
  }

  /**
   * Calls back after an application has made a signed request on the connection of a TLS socket. For a
   * reverse proxy, whose connections carry the requests of many clients, it calls back at once.
   */
  onceTrusted(socket: TLSSocket, trusted: () => void): void {
    const connection = this.#index.find(socket)
    const isProxy = this.#options.isProxy(socket.remoteAddress ?? '')
    if (isProxy || connection?.trust === 'application') trusted()
    else if (connection !== undefined) connection.trusted = trusted
  }

  /** A request has begun: its header is complete. */
  requestBegun(connection: Connection): void {
    if (connection.trust === 'silent') this.#raise(connection, 'anonymous')
    connection.requests++
    this.#touch(connection)
  }

  requestEnded(connection: Connection): void {
    connection.requests--
    this.#touch(connection)
  }

  /** A request on it was signed. */
  markAuthentic(connection: Connection, trust: 'phone' | 'application'): void {
    if (connection.trust === 'application' || connection.trust === trust) return
    this.#raise(connection, trust)
    if (trust === 'application') connection.trusted?.()
  }

  /** Counts and logs a connection that its caller closes. */
  note({ source }: Connection, reason: ClosedFor): void {
    this.#note(reason, source)
  }

  /** Closes a connection for breaking a limit. */
  close(connection: Connection, reason: ClosedFor): void {
    this.#note(reason, connection.source)
    connection.socket.destroy()
    this.#forget(connection)
  }

  #admit(socket: Socket): boolean {
    const { remoteAddress } = socket
    // the peer has reset the connection already
    if (remoteAddress === undefined) {
      socket.destroy()
      return false
    }
    const { limits, isProxy } = this.#options
    const { total, perAddress } = limits
    const source = sourceAddress(remoteAddress)
    const ofSource = this.#bySource.get(source)
    const isOneClient = !isProxy(remoteAddress)
    if (ofSource !== undefined && ofSource.size >= perAddress && isOneClient) {
      if (!this.#makeRoom(ofSource, 'per_address', source)) return refuse(socket)
    } else if (this.#all.size >= total) {
      const from = isOneClient && this.#hasMoreThanItsShare(ofSource) ? ofSource : this.#all
      if (!this.#makeRoom(from, 'total', source)) return refuse(socket)
    }
    this.#add(socket, source)
    return true
  }

  /**
   * Whether new connections of an address close older ones of the same address, so that a flood only
   * closes its own. Addresses of applications are exempt: during a flood from many addresses, a burst of
   * sign-ins must not close its own connections in the middle of the handshake.
   */
  #hasMoreThanItsShare(ofSource: ConnectionQueue | undefined): ofSource is ConnectionQueue {
    if (ofSource === undefined || ofSource.count('application') > 0) return false
    return ofSource.size > this.#options.limits.total / this.#bySource.size
  }

  #makeRoom(queue: ConnectionQueue, reason: ClosedFor, source: string): boolean {
    const least = queue.leastUseful()
    if (least === undefined) this.#note(reason, source)
    else this.close(least, reason)
    return least !== undefined
  }

  #add(socket: Socket, source: string): void {
    const now = performance.now()
    const connection: Connection = {
      socket,
      source,
      acceptedAt: now,
      activeAt: now,
      trust: 'silent',
      isSecure: false,
      requests: 0,
    }
    const ofSource = this.#bySource.get(source) ?? new ConnectionQueue()
    this.#bySource.set(source, ofSource)
    ofSource.push(connection)
    this.#all.push(connection)
    this.#index.add(connection)
    socket.once('close', () => this.#forget(connection))
  }

  #forget(connection: Connection): void {
    this.#all.remove(connection)
    const ofSource = this.#bySource.get(connection.source)
    ofSource?.remove(connection)
    if (ofSource?.size === 0) this.#bySource.delete(connection.source)
  }

  #touch(connection: Connection): void {
    connection.activeAt = performance.now()
    if (!connection.socket.destroyed) this.#push(connection)
  }

  #raise(connection: Connection, trust: Trust): void {
    this.#all.remove(connection)
    this.#bySource.get(connection.source)?.remove(connection)
    connection.trust = trust
    if (!connection.socket.destroyed) this.#push(connection)
  }

  #push(connection: Connection): void {
    this.#all.push(connection)
    const ofSource = this.#bySource.get(connection.source) ?? new ConnectionQueue()
    this.#bySource.set(connection.source, ofSource)
    ofSource.push(connection)
  }

  #sweep(): void {
    const now = performance.now()
    const { handshakeMs, headerMs, idleMs } = this.#options.limits
    for (const connection of [...this.#all.of('silent')]) {
      const age = now - connection.acceptedAt
      if (!connection.isSecure && age >= handshakeMs) this.close(connection, 'handshake_deadline')
      else if (age >= handshakeMs + headerMs) this.close(connection, 'request_deadline')
    }
    // Node closes idle HTTP/1.1 connections; HTTP/2 clients can keep theirs open with PING
    for (const connection of [...this.#all.of('anonymous'), ...this.#all.of('phone')]) {
      const idle = now - connection.activeAt
      if (connection.requests === 0 && idle >= idleMs + graceMs) this.close(connection, 'idle')
      // event streams of phones stay open; no anonymous request takes this long
      else if (connection.trust === 'anonymous' && idle >= 2 * idleMs) {
        this.close(connection, 'request_deadline')
      }
    }
  }

  /** Counts a closed connection. One line a minute is logged, with the number since the last line. */
  #note(reason: ClosedFor, source: string): void {
    this.#options.closed(reason)
    // idle clients are normal
    if (reason === 'idle') return
    const logged = this.#logged.get(reason) ?? { at: Number.NEGATIVE_INFINITY, unlogged: 0 }
    this.#logged.set(reason, logged)
    logged.unlogged++
    const now = performance.now()
    if (now - logged.at < logEveryMs) return
    const { log, limits } = this.#options
    const limit = describeLimit(reason, limits)
    log.warn(`connections closed: ${limit}`, { count: logged.unlogged, from: source })
    logged.at = now
    logged.unlogged = 0
  }
}

function describeLimit(reason: ClosedFor, limits: ConnectionLimits): string {
  const rows: Readonly<Record<ClosedFor, string>> = {
    total: `[connections] total=${limits.total} is reached`,
    per_address: `[connections] per_address=${limits.perAddress} is reached`,
    handshake_deadline: `no TLS handshake within ${limits.handshakeMs} ms`,
    request_deadline: `no complete request within ${limits.headerMs + limits.bodyMs} ms`,
    idle: 'idle',
    stream_resets: 'too many cancelled HTTP/2 streams',
  }
  return rows[reason]
}

function refuse(socket: Socket): false {
  socket.destroy()
  return false
}
