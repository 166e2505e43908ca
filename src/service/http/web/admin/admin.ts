import type { FastifyInstance } from 'fastify'
import type { Log } from '../../../../host/log.ts'
import { AdminRefusal } from '../../gate/admin_refusal.ts'
import { replyAdminFailure } from './admin_failure.ts'

/**
 * Adds `/admin/api/*`, the API of the panel's pages.
 *
 * @param addRoutes Adds the routes to a scope with the panel's error handler.
 */
export async function addAdmin(
  server: FastifyInstance,
  log: Log,
  addRoutes: (admin: FastifyInstance) => void,
): Promise<void> {
  await server.register(async (admin) => {
    admin.addHook('onRequest', async (_request, reply) => {
      reply.headers({
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        // for browsers that do not know frame-ancestors
        'x-frame-options': 'DENY',
      })
    })
    admin.setErrorHandler((error, request, reply) => replyAdminFailure(error, request, reply, log))
    addRoutes(admin)
    admin.all('/admin/api/*', async () => {
      throw new AdminRefusal('not_found')
    })
  })
}
