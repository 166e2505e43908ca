import type { FastifyInstance } from 'fastify'
import type { Log } from '../../../../host/log.ts'
import { PortalRefusal } from '../../gate/portal_refusal.ts'
import { replyPortalFailure } from './portal_failure.ts'

/**
 * Adds `/portal/api/*`, the API of the portal's pages.
 *
 * @param addRoutes Adds the routes to a scope with the portal's error handler.
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
