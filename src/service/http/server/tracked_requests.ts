import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Connection } from './connection_queue.ts'
import type { Connections } from './connections.ts'
import { findSession } from './node_http.ts'

/** Notes on each connection when its requests begin and end. */
export function trackRequests(server: FastifyInstance, connections: Connections): void {
  server.addHook('onRequest', (request, reply, done) => {
    const connection = findConnection(request, connections)
    // not for applications, which saves a listener for each of thousands of waiting calls
    if (connection !== undefined && connection.trust !== 'application') {
      connections.requestBegun(connection)
      reply.raw.on('close', () => connections.requestEnded(connection))
    }
    done()
  })
}

/** The connection that a request came on; HTTP/2 requests find it by their session. */
export function findConnection(
  { raw }: FastifyRequest,
  connections: Connections,
): Connection | undefined {
  return connections.below(findSession(raw) ?? raw.socket)
}
