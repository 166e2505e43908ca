import type { FastifyInstance } from 'fastify'
import ipaddr from 'ipaddr.js'
import { AuthApiFailure, failures } from '../../../duo/index.ts'
import type { ClientAddresses } from '../gate/client_address.ts'
import type { Health } from './health.ts'
import type { ServiceMetrics } from './service_metrics.ts'

/** Clients that may read `/metrics`. */
export type MetricsAccess = 'loopback' | 'all' | 'off'

export const healthPath = '/healthz'
const unhealthy = 503

/** Adds `/healthz` and `/metrics`, for operators. */
export function addOperationRoutes(
  server: FastifyInstance,
  health: Health,
  metrics: ServiceMetrics,
  access: MetricsAccess,
  clientAddresses: ClientAddresses,
): void {
  server.get(healthPath, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    if (health.isStopping) {
      reply.code(unhealthy)
      return { status: 'stopping' }
    }
    const database = await health.database()
    // contention passes, and another node of the same database would fare no better
    const status = database === 'ok' || database === 'busy' ? 'ok' : 'failing'
    if (status === 'failing') reply.code(unhealthy)
    return { status, database }
  })
  server.get('/metrics', async (request, reply) => {
    const allowed =
      access === 'all' || (access === 'loopback' && isLoopback(clientAddresses.resolve(request)))
    if (!allowed) throw new AuthApiFailure(failures.notFound)
    reply.type(metrics.contentType)
    return await metrics.text()
  })
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}
