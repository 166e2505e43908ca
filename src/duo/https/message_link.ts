import { isIP } from 'node:net'
import { type ConnectionOptions, connect } from 'node:tls'
import { WebSocket } from 'ws'
import type { Log } from '../../host/log.ts'
import { maxBatchBytes, messagesPath, messagesProtocol } from '../index.ts'
import { MessageConnection } from './message_connection.ts'

export interface MessageLinkOptions {
  /** Scheme, host and port of the API. */
  readonly origin: string
  readonly host: string
  readonly port: number
  /** Where to connect instead of the name, whose certificate is still expected. */
  readonly address: string
  readonly tls: ConnectionOptions
  /** Headers of the request that opens a connection, signed now. */
  readonly headers: () => Readonly<Record<string, string>>
  /** @returns The batch that proves the key over a challenge of the service. */
  readonly prove: (challenge: string) => string
  readonly log: Log
  /** Replaces the times of this file. */
  readonly times?: Partial<MessageLinkTimes>
}

/** Message connections, and how much they carry. */
export interface MessageUsage {
  readonly connections: number
  /** Messages without an answer. */
  readonly open: number
}

export interface MessageLinkTimes {
  /** A connection is replaced after a time up to this, and at least 4/5 of it. */
  readonly maxAgeMs: number
  /** How long to wait at most before a connection that broke is opened again. */
  readonly reopenMs: number
}

/**
 * A load balancer chooses a node for each connection only: without a new one now and then, a node that was down
 * would get no calls. All proxies lose theirs at the same moment, and must not come back at the same moment.
 */
const usualTimes: MessageLinkTimes = { maxAgeMs: 15 * 60_000, reopenMs: 500 }

/** For TCP, TLS and the handshake of the WebSocket, and again for the proof of the key. */
const openMs = 5_000
/** After a refusal: a reverse proxy that passes no WebSockets refuses every attempt. */
const refusedRetryMs = 10 * 60_000
const firstRetryMs = 1_000
const maxRetryMs = 60_000
/** HTTP statuses of a refusal that lasts; others may come from a node that stops, or from a load balancer. */
const lasting = (status = 0): boolean => status < 500 && status !== 429
/** A connection that lasted this long was not refused. */
const steadyMs = 5_000

/**
 * The message connection to one node, opened again when it breaks. While it is not open, calls use the plain
 * API. A new one takes the place of one that is old, which ends once its calls are answered.
 */
export class MessageLink {
  readonly #options: MessageLinkOptions
  readonly #times: MessageLinkTimes
  #connection: MessageConnection | undefined
  /** Those that still wait for answers to their calls. */
  readonly #replaced = new Set<MessageConnection>()
  #opening: WebSocket | undefined
  #replacing: NodeJS.Timeout | undefined
  #reopening: NodeJS.Timeout | undefined
  #retryAt = Number.NEGATIVE_INFINITY
  #failures = 0
  #isLogged = false
  #isClosed = false

  constructor(options: MessageLinkOptions) {
    this.#options = options
    this.#times = { ...usualTimes, ...options.times }
  }

  /** The connection, if it can take a call. */
  get free(): MessageConnection | undefined {
    return this.#connection?.isFree === true ? this.#connection : undefined
  }

  /** What is in use now. */
  get usage(): MessageUsage {
    const all = [...this.#replaced, ...(this.#connection === undefined ? [] : [this.#connection])]
    return { connections: all.length, open: all.reduce((sum, { size }) => sum + size, 0) }
  }

  /**
   * Opens a connection for later calls, unless there is one, or the last attempt was too short a time ago.
   * A suspect one counts as none: a load balancer may choose another node for a new one.
   */
  open(): void {
    if (this.#connection === undefined || this.#connection.isSuspect) this.#open()
  }

  /** Opens no more; the connection ends once its calls are answered. */
  retire(): void {
    this.#stop()
    this.#connection?.retire()
  }

  /** Breaks the connections. */
  close(): void {
    this.#stop()
    this.#connection?.close()
    for (const connection of this.#replaced) connection.close()
  }

  #stop(): void {
    this.#isClosed = true
    clearTimeout(this.#replacing)
    clearTimeout(this.#reopening)
    this.#opening?.terminate()
  }

  #open(): void {
    if (this.#isClosed || this.#opening !== undefined) return
    if (performance.now() < this.#retryAt) return
    const { origin, host, port, address, tls, headers } = this.#options
    const socket = new WebSocket(`${origin}${messagesPath}`, messagesProtocol, {
      headers: headers(),
      handshakeTimeout: openMs,
      maxPayload: maxBatchBytes,
      perMessageDeflate: false,
      createConnection: () =>
        connect({
          ...tls,
          ...{ host: address, port, ALPNProtocols: ['http/1.1'] },
          ...(isIP(host) === 0 ? { servername: host } : {}),
        }).setNoDelay(true),
    })
    this.#opening = socket
    let refusal: number | undefined
    socket.on('unexpected-response', (request, { statusCode }) => {
      refusal = statusCode
      request.destroy()
      this.#failed(`HTTP ${statusCode}`, { isRefusal: lasting(statusCode) })
    })
    const fail = ({ message }: Error): void => {
      if (this.#opening === socket && refusal === undefined) this.#failed(message)
    }
    socket.on('error', fail)
    socket.once('open', () => {
      this.#opened(socket)
      socket.off('error', fail)
    })
  }

  #opened(socket: WebSocket): void {
    const openedAt = performance.now()
    if (this.#isClosed) return socket.terminate()
    const connection = new MessageConnection(socket, {
      prove: this.#options.prove,
      ready: () => {
        clearTimeout(late)
        this.#ready(connection)
      },
      closed: (reason) => {
        clearTimeout(late)
        this.#options.log.debug(`a message connection to ${this.#place} ended: ${reason}`)
        if (this.#replaced.delete(connection) || this.#isClosed) return
        const isCurrent = this.#connection === connection
        if (isCurrent) this.#connection = undefined
        // a server that does not speak the protocol will not do so soon: the next attempt is late
        const isRefusal = connection.isRefused
        if (performance.now() - openedAt <= steadyMs || !isCurrent) {
          return this.#failed(reason, { isRefusal })
        }
        this.#failures = 0
        this.#reopen()
      },
    })
    const late = setTimeout(
      () => connection.close('no challenge, or no admission, in time'),
      openMs,
    )
    late.unref()
  }

  #ready(connection: MessageConnection): void {
    this.#opening = undefined
    const old = this.#connection
    this.#connection = connection
    if (old === undefined) {
      this.#isLogged = false
      this.#options.log.info(`sign-ins travel over one message connection to ${this.#place}`)
    } else {
      this.#failures = 0
      this.#replaced.add(old)
      old.retire()
    }
    this.#replaceIn(this.#times.maxAgeMs * (1 - Math.random() / 5))
  }

  #replaceIn(ms: number): void {
    clearTimeout(this.#replacing)
    this.#replacing = setTimeout(() => this.#open(), ms).unref()
  }

  #reopen(): void {
    const waitMs = Math.random() * this.#times.reopenMs
    this.#retryAt = performance.now() + waitMs
    // a timer may be early by a part of a millisecond
    this.#reopening = setTimeout(() => this.open(), waitMs + 1).unref()
  }

  #failed(reason: string, { isRefusal = false } = {}): void {
    this.#opening = undefined
    const retryMs = isRefusal
      ? refusedRetryMs
      : Math.min(maxRetryMs, firstRetryMs * 2 ** this.#failures++)
    this.#retryAt = performance.now() + retryMs
    // the old one goes on
    if (this.#connection !== undefined) return this.#replaceIn(retryMs + 1)
    if (this.#isLogged || this.#isClosed) return
    this.#isLogged = true
    this.#options.log.info(
      `no message connection to ${this.#place}: ${reason}; each sign-in makes calls of its own (docs/auth-api.md)`,
    )
  }

  get #place(): string {
    const { host, port, address } = this.#options
    return address === host ? `${host}:${port}` : `${host}:${port} (${address})`
  }
}
