import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Connection } from './connection_queue.ts'
import type { Connections } from './connections.ts'

/** Tells the connections when requests on them begin and end. */
export function trackRequests(server: FastifyInstance, connections: Connections): void {
  server.addHook('onRequest', (request, reply, done) => {
    const connection = findConnection(request, connections)
    // not counted for applications, which saves a listener for each of thousands of waiting calls
    if (connection !== undefined && connection.standing !== 'application') {
      connections.requestBegun(connection)
      reply.raw.on('close', () => connections.requestEnded(connection))
    }
    done()
  })
}

/** The connection that a request came on: of HTTP/2 it is found by its session. */
export function findConnection(
  { raw }: FastifyRequest,
  connections: Connections,
): Connection | undefined {
  const session: unknown = 'stream' in raw && isObject(raw.stream) ? raw.stream.session : undefined
  return connections.below(isObject(session) ? session : raw.socket)
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null
}
