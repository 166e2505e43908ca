import type { Server } from 'node:https'
import type { Socket } from 'node:net'
import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyInstance } from 'fastify'
import { AuthApiFailure, failure, failures } from '../../../duo/index.ts'
import type { Clock } from '../../../host/clock.ts'
import type { Log } from '../../../host/log.ts'
import type { Stalls } from '../../../host/stall_meter.ts'
import { inPublicShare } from '../../store/database_share.ts'
import type { ClientAddresses } from '../gate/client_address.ts'
import type { Gates } from '../gate/gates.ts'
import { readBodiesAsText } from '../gate/request_body.ts'
import { RequestLimit, type RequestLimits } from '../gate/request_limit.ts'
import { toOriginForm } from '../gate/request_target.ts'
import type { SignedRequestGate } from '../gate/signed_request.ts'
import { WorkLimit } from '../gate/work_limit.ts'
import { CallObservers } from './call_observers.ts'
import type { Certified } from './certificate_authority.ts'
import { type ConnectionLimits, Connections } from './connections.ts'
import { FailureReply, loggedPath, requestPath } from './failure_reply.ts'
import { Multiplexing, protocols } from './multiplexing.ts'
import { OpenRequests } from './open_requests.ts'
import type { ServiceMetrics } from './service_metrics.ts'
import { findConnection, trackRequests } from './tracked_requests.ts'
import { asksForMessages, Upgrades } from './upgrades.ts'

/** Adds the routes of one face of the service to a listener. */
export type Face = (server: FastifyInstance, gates: Gates) => void | Promise<void>

export interface HttpServerOptions {
  readonly certified: Certified
  readonly faces: readonly Face[]
  readonly signedRequests: SignedRequestGate
  readonly clientAddresses: ClientAddresses
  readonly metrics: ServiceMetrics
  readonly limits: RequestLimits
  readonly connections: ConnectionLimits
  /** Logs the method, path, status and duration of each request, and nothing else of it. */
  readonly accessLog: boolean
  readonly clock: Clock
  readonly stalls: Stalls
  readonly log: Log
}

const maxBodyLength = 65_536
const maxHeaders = 16_384
/** Interval at which Node checks for late requests. */
const lateCheckMs = 500
const refusalMs = 1000

/** The service's HTTPS server, not listening yet. */
export class HttpServer {
  readonly #server: FastifyInstance
  readonly #tls: Server
  readonly #open: OpenRequests
  readonly #multiplexing: Multiplexing

  private constructor(
    server: FastifyInstance,
    tls: Server,
    open: OpenRequests,
    multiplexing: Multiplexing,
  ) {
    this.#server = server
    this.#tls = tls
    this.#open = open
    this.#multiplexing = multiplexing
  }

  static async make(options: HttpServerOptions): Promise<HttpServer> {
    const { certified, clientAddresses, metrics, clock, stalls, log } = options
    const { headerMs, bodyMs, idleMs } = options.connections
    const server = fastify({
      https: {
        cert: certified.certificate,
        key: certified.key,
        minVersion: 'TLSv1.2',
        ALPNProtocols: protocols,
        maxHeaderSize: maxHeaders,
        headersTimeout: headerMs,
        connectionsCheckingInterval: lateCheckMs,
        shouldUpgradeCallback: asksForMessages,
      },
      bodyLimit: maxBodyLength,
      keepAliveTimeout: idleMs,
      requestTimeout: headerMs + bodyMs,
      forceCloseConnections: 'idle',
      return503OnClosing: false,
      exposeHeadRoutes: false,
      clientErrorHandler: (error, socket) => refuseConnection(error, socket, connections),
      rewriteUrl: ({ url = '' }) => toOriginForm(url),
      frameworkErrors: (error, request, reply) => {
        failureReply.send(error, request, reply)
      },
    })
    const connections = new Connections(server.server, {
      limits: options.connections,
      isProxy: (peer) => clientAddresses.trusts(peer),
      closed: (reason) => metrics.connectionClosed(reason),
      log,
    })
    metrics.watchConnections((trust) => connections.count(trust))
    await server.register(rateLimit, { global: false })
    const limit = new RequestLimit(options.limits, clientAddresses, clock)
    const failureReply = new FailureReply(limit, log)
    readBodiesAsText(server)
    nameNoCharsetOfJson(server)
    server.setErrorHandler((error, request, reply) => failureReply.send(error, request, reply))
    server.setNotFoundHandler((request, reply) => {
      const url = requestPath(request)
      // hasRoute takes such a path for a pattern
      const other = !/[*:]/.test(url) && methods.some((method) => server.hasRoute({ method, url }))
      const row = other ? failures.methodNotAllowed : failures.notFound
      return failureReply.send(new AuthApiFailure(row), request, reply)
    })
    trackRequests(server, connections)
    sharePublicly(server)
    const open = new OpenRequests(server)
    const observers = new CallObservers(options)
    addObservers(server, observers, clientAddresses)
    const upgrades = new Upgrades()
    upgrades.serve(server, server.server)
    const gates: Gates = {
      signedRequests: options.signedRequests,
      limit,
      work: new WorkLimit(),
      receivedNow: () => ({ at: clock.now(), unreadMs: stalls.unreadMs }),
      markAuthentic: (request, signer) => {
        const connection = findConnection(request, connections)
        if (connection !== undefined) connections.markAuthentic(connection, signer)
      },
      upgrade: (request, reply) => upgrades.accept(request, reply),
      answered: (call, error) => {
        if (error !== undefined) observers.failed(error)
        observers.answered({ ...call, path: call.endpoint })
      },
      clientAddress: (request) => clientAddresses.resolve(request),
    }
    for (const face of options.faces) await face(server, gates)
    await server.ready()
    const multiplexing = new Multiplexing(server.server, {
      keepAliveMs: idleMs,
      requestMs: bodyMs,
      streamResets: options.connections.streamResets,
      connections,
    })
    return new HttpServer(server, server.server, open, multiplexing)
  }

  /** @throws The system's error, such as EADDRINUSE. */
  async listen(
    address: string | undefined,
    port: number,
  ): Promise<{ address: string; port: number }> {
    try {
      await this.#server.listen({ port, host: address ?? '::' })
    } catch (error) {
      // on a machine without IPv6
      if (address !== undefined || !isUnsupported(error)) throw error
      await this.#server.listen({ port, host: '0.0.0.0' })
    }
    const bound = this.#tls.address()
    if (bound === null || typeof bound === 'string') throw new Error('the server has no address')
    return { address: bound.address, port: bound.port }
  }

  /** Presents another certificate to new connections. */
  showCertificate({ certificate, key }: Certified): void {
    this.#tls.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' })
  }

  /** Answers the requests in progress, for `withinMs` at most. */
  async close(withinMs: number): Promise<void> {
    // requests get half of the time; connections that remain at the end are cut off
    const timer = setTimeout(() => {
      this.#tls.closeAllConnections()
      this.#multiplexing.cutOff()
    }, withinMs)
    await this.#open.answered(withinMs / 2)
    this.#multiplexing.close()
    const closed = this.#server.close()
    while (this.#tls.listening) await new Promise(setImmediate)
    this.#open.cutLate()
    await closed
    clearTimeout(timer)
  }
}

function isUnsupported(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT'
}

const ownShare = /^\/(auth\/v2|rest\/v1|admin\/v[123]|healthz$|metrics$)/
const methods = ['GET', 'POST', 'PUT', 'DELETE']

/** Some clients require exactly `application/json`; RFC 8259 §11 defines no charset for it. */
function nameNoCharsetOfJson(server: FastifyInstance): void {
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.getHeader('content-type') === 'application/json; charset=utf-8') {
      reply.header('content-type', 'application/json')
    }
    done(null, payload)
  })
}

/** Requests outside the signed API use the public share of database connections. */
function sharePublicly(server: FastifyInstance): void {
  // in this hook, because reading the body ends the asynchronous context of earlier ones
  server.addHook('preValidation', (request, _reply, done) => {
    if (ownShare.test(request.routeOptions.url ?? '')) done()
    else inPublicShare(done)
  })
}

function addObservers(
  server: FastifyInstance,
  observers: CallObservers,
  clientAddresses: ClientAddresses,
): void {
  server.addHook('onError', async (_request, _reply, error) => observers.failed(error))
  server.addHook('onResponse', async (request, reply) => {
    observers.answered({
      endpoint: request.routeOptions.url ?? 'unknown',
      method: request.method,
      path: loggedPath(request),
      status: reply.statusCode,
      elapsedMs: reply.elapsedTime,
      from: clientAddresses.resolve(request),
    })
  })
}

/** Answers malformed or late requests in the API's envelope, and closes their connections. */
function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: Socket,
  connections: Connections,
): void {
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const connection = connections.below(socket)
  if (socket.writable) {
    const reason = late ? 'the request did not arrive in time' : 'the request cannot be read'
    const body = JSON.stringify(failure(failures.invalidParameters, reason))
    socket.write(
      `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    )
  }
  if (late && connection !== undefined) connections.note(connection, 'request_deadline')
  // a client that does not close its side must not keep the connection
  socket.destroySoon()
  const cut = setTimeout(() => socket.destroy(), refusalMs).unref()
  socket.once('close', () => clearTimeout(cut))
}
