import type { FastifyInstance } from 'fastify'
import type { Log } from '../../../../host/log.ts'
import { PortalRefusal } from '../../gate/portal_refusal.ts'
import { replyPortalFailure } from './portal_failure.ts'

/**
 * Adds `/portal/api/*`, which the pages of the portal call.
 *
 * @param addRoutes Adds the routes, in the scope whose errors are answered here.
 */
export async function addPortal(
  server: FastifyInstance,
  log: Log,
  addRoutes: (portal: FastifyInstance) => void,
): Promise<void> {
  await server.register(async (portal) => {
    portal.setErrorHandler((error, request, reply) =>
      replyPortalFailure(error, request, reply, log),
    )
    addRoutes(portal)
    portal.all('/portal/api/*', async () => {
      throw new PortalRefusal('not_found')
    })
  })
}
