import type { Http2SecureServer, Http2Server, ServerHttp2Session } from 'node:http2'
import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/**
 * What the listeners rely on that Node does not document. test/service/http/server/node_http.test.ts
 * states each point, so that a new version of Node that breaks one fails there.
 */

type HttpServer = Server | Http2Server | Http2SecureServer

/**
 * Decides about TCP connections before any TLS work.
 *
 * @param admit Calls `startTls` to go on with a connection.
 * @throws {Error} if Node does not start TLS in the one listener of `connection`.
 */
export function interceptConnections(
  server: Server,
  admit: (socket: Socket, startTls: () => void) => void,
): void {
  const startTls = takeListener(server, 'connection')
  server.on('connection', (socket: Socket) => {
    admit(socket, () => startTls.call(server, socket))
  })
}

/**
 * Chooses the protocol of connections whose TLS handshake is complete.
 *
 * @param choose Calls `serveHttp1` to serve HTTP/1.
 * @throws {Error} if Node does not serve HTTP/1 in the one listener of `secureConnection`.
 */
export function interceptSecureConnections(
  server: Server,
  choose: (socket: TLSSocket, serveHttp1: () => void) => void,
): void {
  const serveHttp1 = takeListener(server, 'secureConnection')
  server.on('secureConnection', (socket: TLSSocket) => {
    choose(socket, () => serveHttp1.call(server, socket))
  })
}

/**
 * Serves HTTP/2 on a socket that another server has accepted.
 *
 * @throws {Error} if Node does not begin the session at once.
 */
export function beginHttp2Session(http2: Http2Server, socket: TLSSocket): ServerHttp2Session {
  let begun: ServerHttp2Session | undefined
  const keep = (session: ServerHttp2Session) => {
    begun = session
  }
  http2.once('session', keep).emit('connection', socket)
  http2.off('session', keep)
  if (begun === undefined) throw unsupported('emits no session for a connection')
  return begun
}

/** The HTTP/2 session of a request; `undefined` for HTTP/1. */
export function findSession(request: object): object | undefined {
  const stream: unknown = 'stream' in request ? request.stream : undefined
  const session: unknown = isObject(stream) ? stream.session : undefined
  return isObject(session) ? session : undefined
}

/** Removes the only listener of an event, and returns it. */
function takeListener(
  server: HttpServer,
  event: 'connection' | 'secureConnection',
): (socket: Socket) => void {
  const [listener, ...others] = server.listeners(event)
  if (listener === undefined || others.length > 0) {
    throw unsupported(`has ${server.listeners(event).length} listeners of ${event} instead of one`)
  }
  server.removeAllListeners(event)
  return (socket) => void listener.call(server, socket)
}

function unsupported(found: string): Error {
  return new Error(`the HTTPS server of Node ${process.version} ${found}; use the pinned version`)
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null
}
