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
}

/** For TCP, TLS and the handshake of the WebSocket. */
const openMs = 5_000
/** After a refusal, which a reverse proxy that passes no WebSockets gives each time. */
const refusedRetryMs = 10 * 60_000
const firstRetryMs = 1_000
const maxRetryMs = 60_000
/** A connection that lasted as long was not refused. */
const steadyMs = 5_000

/**
 * The message connection to one node, opened again when it breaks. While it is not open, calls use the plain
 * API.
 */
export class MessageLink {
  readonly #options: MessageLinkOptions
  #connection: MessageConnection | undefined
  #opening: WebSocket | undefined
  #retryAt = Number.NEGATIVE_INFINITY
  #failures = 0
  #isLogged = false
  #isClosed = false

  constructor(options: MessageLinkOptions) {
    this.#options = options
  }

  /** The connection, if it can take a call. */
  get free(): MessageConnection | undefined {
    return this.#connection?.isFree === true ? this.#connection : undefined
  }

  /** Opens a connection for later calls, unless there is one, or the last attempt was too short a time ago. */
  open(): void {
    if (this.#connection === undefined) this.#open()
  }

  /** Opens no more; the connection ends once its calls are answered. */
  retire(): void {
    this.#isClosed = true
    this.#opening?.terminate()
    this.#connection?.retire()
  }

  /** Breaks the connection. */
  close(): void {
    this.#isClosed = true
    this.#opening?.terminate()
    this.#connection?.close()
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
      this.#failed(`HTTP ${statusCode}`, { isRefusal: true })
    })
    socket.on('error', ({ message }) => {
      if (this.#opening === socket && refusal === undefined) this.#failed(message)
    })
    socket.once('open', () => this.#opened(socket))
  }

  #opened(socket: WebSocket): void {
    const openedAt = performance.now()
    this.#opening = undefined
    if (this.#isClosed) return socket.terminate()
    const connection = new MessageConnection(socket, {
      prove: this.#options.prove,
      ready: () => {
        this.#isLogged = false
        this.#options.log.info(`sign-ins travel over one message connection to ${this.#place}`)
      },
      closed: (reason) => {
        if (this.#connection === connection) this.#connection = undefined
        if (this.#isClosed) return
        const isSteady = performance.now() - openedAt > steadyMs
        if (isSteady) this.#failures = 0
        this.#options.log.debug(`the message connection to ${this.#place} ended: ${reason}`)
        if (!isSteady) return this.#failed(reason)
        this.#open()
      },
    })
    this.#connection = connection
  }

  #failed(reason: string, { isRefusal = false } = {}): void {
    this.#opening = undefined
    const retryMs = isRefusal
      ? refusedRetryMs
      : Math.min(maxRetryMs, firstRetryMs * 2 ** this.#failures++)
    this.#retryAt = performance.now() + retryMs
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
