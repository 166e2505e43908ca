import {
  constants,
  createServer,
  type Http2ServerRequest,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Server } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { Connections } from './connections.ts'
import { beginHttp2Session, interceptSecureConnections } from './node_http.ts'
import { StreamResets } from './stream_resets.ts'

/** HTTP/1 first: clients that offer both get it. */
export const protocols = ['http/1.1', 'http/1.0', 'h2']

export interface MultiplexingOptions {
  /** Time without traffic after which a connection ends. */
  readonly keepAliveMs: number
  /** Time in which the body of a request must arrive. */
  readonly requestMs: number
  /** Streams that an application may cancel in a minute on one connection. */
  readonly streamResets: number
  readonly connections: Connections
}

/** Streams of one connection: a lost connection interrupts at most that many calls. */
const maxCalls = 100
/** Streams of a connection without a signed request so far. */
const maxAnonymousCalls = 8
const maxHeaders = 16_384
/** Time for GOAWAY to leave before the connection ends. */
const goawayMs = 100

/**
 * HTTP/2 on the server's port, for clients that offer only that. A connection costs several times the
 * memory of a waiting call; over HTTP/2 many calls share one connection.
 */
export class Multiplexing {
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #sockets = new Set<TLSSocket>()

  constructor(tls: Server, options: MultiplexingOptions) {
    const { keepAliveMs, requestMs, connections } = options
    const settings = { maxConcurrentStreams: maxAnonymousCalls, maxHeaderListSize: maxHeaders }
    const server = createServer({ settings }, (request, response) => {
      endAtDeadline(request, requestMs)
      // after a refusal, the client need not send the rest
      request.stream.on('finish', () => {
        if (!request.complete) request.stream.close(constants.NGHTTP2_NO_ERROR)
      })
      // signatures cover the host by its HTTP/1 name
      request.headers.host ??= request.authority
      tls.emit('request', request, response)
    })
    interceptSecureConnections(tls, (socket, serveHttp1) => {
      connections.secured(socket)
      if (socket.alpnProtocol !== 'h2') return serveHttp1()
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      const session = beginHttp2Session(server, socket)
      this.#sessions.add(session)
      session.once('close', () => this.#sessions.delete(session))
      connections.link(socket, session)
      connections.onceTrusted(socket, () => allowMore(session))
      limitResets(session, options)
      endInTime(session, socket, keepAliveMs)
    })
  }

  /** Accepts no more calls. Each connection ends once its calls are answered. */
  close(): void {
    for (const session of this.#sessions) session.close()
  }

  /** Ends all connections: a closed session would wait for its client to end the connection. */
  cutOff(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Raises the number of streams for an application or a reverse proxy. */
function allowMore(session: ServerHttp2Session): void {
  if (session.closed || session.destroyed) return
  session.settings({ maxConcurrentStreams: maxCalls })
}

/** Closes the connection some time after either side has sent GOAWAY, regardless of the client. */
function endInTime(session: ServerHttp2Session, socket: TLSSocket, keepAliveMs: number): void {
  const leave = () => {
    session.close()
    const late = setTimeout(() => socket.destroy(), keepAliveMs).unref()
    socket.once('close', () => clearTimeout(late))
  }
  session.setTimeout(keepAliveMs, leave)
  session.once('goaway', leave)
}

/**
 * Closes a session whose client cancels too many streams. A cancelled stream has cost its request, but
 * does not count toward the limit of concurrent streams (CVE-2023-44487).
 */
function limitResets(
  session: ServerHttp2Session,
  { streamResets, connections }: MultiplexingOptions,
): void {
  const resets = new StreamResets(streamResets)
  let isOver = false
  const closed = function (this: ServerHttp2Stream): void {
    // a lost connection closes all its streams; the client did not cancel them
    if (isOver || session.destroyed || this.rstCode === constants.NGHTTP2_NO_ERROR) return
    const connection = connections.below(session)
    const isApplication = connection?.trust === 'application'
    if (resets.allows(performance.now(), { isApplication })) return
    isOver = true
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM)
    // destroyed at once, the session would not send GOAWAY
    setTimeout(() => session.destroy(), goawayMs).unref()
    if (connection !== undefined) connections.note(connection, 'stream_resets')
  }
  session.on('stream', (stream: ServerHttp2Stream) => stream.on('close', closed))
}

function endAtDeadline({ stream }: Http2ServerRequest, requestMs: number): void {
  if (stream.endAfterHeaders) return
  const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), requestMs).unref()
  stream.once('end', () => clearTimeout(late))
  stream.once('close', () => clearTimeout(late))
}
