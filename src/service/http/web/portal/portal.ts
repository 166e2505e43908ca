import type { FastifyInstance } from 'fastify'
import { PortalRefusal } from '../../gate/portal_refusal.ts'
import { addDeviceRoutes } from './device_routes.ts'
import { addHistoryRoutes } from './history_routes.ts'
import { replyPortalFailure } from './portal_failure.ts'
import { PortalLimits } from './portal_limits.ts'
import type { PortalParts } from './portal_parts.ts'
import { PortalRoutes } from './portal_routes.ts'
import { addSessionRoutes } from './session_routes.ts'

/** Adds `/portal/api/*`, which the pages of the portal talk to. */
export async function addPortal(server: FastifyInstance, parts: PortalParts): Promise<void> {
  await server.register(async (portal) => {
    portal.setErrorHandler((error, request, reply) =>
      replyPortalFailure(error, request, reply, parts.log),
    )
    const limits = new PortalLimits(parts)
    const routes = new PortalRoutes(portal, parts, limits)
    addSessionRoutes(routes, parts, limits)
    addDeviceRoutes(routes, parts)
    addHistoryRoutes(routes, parts)
    portal.all('/portal/api/*', async () => {
      throw new PortalRefusal('not_found')
    })
  })
}
