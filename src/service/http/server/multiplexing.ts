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
import { StreamResets } from './stream_resets.ts'

/** HTTP/1 first: clients that offer both get it. */
export const protocols = ['http/1.1', 'http/1.0', 'h2']

export interface MultiplexingOptions {
  /** How long a connection may be silent. */
  readonly keepAliveMs: number
  /** How long the body of a request may take to arrive. */
  readonly requestMs: number
  /** Streams that an application may cancel in a minute on one connection. */
  readonly streamResets: number
  readonly connections: Connections
}

/** Streams of one connection; a lost connection interrupts that many calls at most. */
const maxCalls = 100
/** Streams of a connection on which nothing was authentic yet. */
const maxAnonymousCalls = 8
const maxHeaders = 16_384
/** For GOAWAY to leave before the connection ends. */
const goawayMs = 100

/**
 * HTTP/2 on the server's port, for clients that offer nothing else. A call that waits for its user
 * holds its connection, which costs several times the memory of the call: over HTTP/2 many calls share
 * one.
 */
export class Multiplexing {
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #sockets = new Set<TLSSocket>()

  constructor(tls: Server, options: MultiplexingOptions) {
    const { keepAliveMs, requestMs, connections } = options
    const settings = { maxConcurrentStreams: maxAnonymousCalls, maxHeaderListSize: maxHeaders }
    const server = createServer({ settings }, (request, response) => {
      endAtDeadline(request, requestMs)
      // the client of a refused request need not send the rest
      request.stream.on('finish', () => {
        if (!request.complete) request.stream.close(constants.NGHTTP2_NO_ERROR)
      })
      // signatures cover the host by its HTTP/1 name
      request.headers.host ??= request.authority
      tls.emit('request', request, response)
    })
    const [http1] = tls.listeners('secureConnection')
    tls.removeAllListeners('secureConnection')
    tls.on('secureConnection', (socket: TLSSocket) => {
      connections.secured(socket)
      if (socket.alpnProtocol !== 'h2') return http1?.call(tls, socket)
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      const begun = (session: ServerHttp2Session) => {
        this.#sessions.add(session)
        session.once('close', () => this.#sessions.delete(session))
        connections.link(socket, session)
        connections.onceTrusted(socket, () => allowMore(session))
        boundResets(session, options)
        endInTime(session, socket, keepAliveMs)
      }
      server.once('session', begun).emit('connection', socket)
      server.off('session', begun)
    })
  }

  /** Accepts no more calls; each connection ends when its calls are answered. */
  close(): void {
    for (const session of this.#sessions) session.close()
  }

  /** Ends all connections; a session that is closed already would wait for its client to do so. */
  cutOff(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Lets the session of an application or a reverse proxy carry as many calls as it may have. */
function allowMore(session: ServerHttp2Session): void {
  if (session.closed || session.destroyed) return
  session.settings({ maxConcurrentStreams: maxCalls })
}

/** Closes the connection some time after either side has sent GOAWAY, whatever the client does. */
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
 * Closes a session whose client cancels too many streams: a cancelled stream has cost its request, and
 * no longer counts toward the limit of concurrent streams (CVE-2023-44487).
 */
function boundResets(
  session: ServerHttp2Session,
  { streamResets, connections }: MultiplexingOptions,
): void {
  const resets = new StreamResets(streamResets)
  let isOver = false
  const closed = function (this: ServerHttp2Stream): void {
    // a lost connection closes all its streams: nobody cancelled them
    if (isOver || session.destroyed || this.rstCode === constants.NGHTTP2_NO_ERROR) return
    const connection = connections.below(session)
    const isApplication = connection?.standing === 'application'
    if (resets.allows(performance.now(), { isApplication })) return
    isOver = true
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM)
    // at once, GOAWAY would stay unsent
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
