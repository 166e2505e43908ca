import type { FastifyInstance } from 'fastify'
import ipaddr from 'ipaddr.js'
import { AuthApiFailure, failures } from '../../duo/index.ts'
import type { ClientAddresses } from './gate/client_address.ts'
import type { ServiceMetrics } from './service_metrics.ts'

export interface OperationParts {
  /** @throws Where the database can't be asked. */
  readonly askDatabase: () => Promise<void>
  readonly metrics: ServiceMetrics
  readonly metricsFor: 'loopback' | 'all' | 'off'
}

const unhealthy = 503

/** Adds what those who run the service ask for: `/healthz` and `/metrics`. */
export function addOperationRoutes(
  server: FastifyInstance,
  parts: OperationParts,
  clientAddresses: ClientAddresses,
): void {
  const { askDatabase, metrics, metricsFor } = parts
  server.get('/healthz', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    try {
      await askDatabase()
      return { status: 'ok', database: 'ok' }
    } catch {
      reply.code(unhealthy)
      return { status: 'failing', database: 'unreachable' }
    }
  })
  server.get('/metrics', async (request, reply) => {
    const allowed =
      metricsFor === 'all' || (metricsFor === 'loopback' && isLoopback(clientAddresses.of(request)))
    if (!allowed) throw new AuthApiFailure(failures.notFound)
    reply.type(metrics.contentType)
    return await metrics.text()
  })
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}
