import type { FastifyInstance, FastifyRequest } from 'fastify'
import { failure, failures } from '../../../duo/index.ts'

/** Everything of the panel: its pages and their API, but not the signed Admin API. */
const ofPanel = /^\/admin(?:\/(?!v\d)|$)/
/** What the panel's pages load besides. */
const loadedByPanel = /^\/(?:assets\/|organisation\/logo\.png$)/
/** Probes of load balancers send any host, and no browser keeps anything of them. */
const operation = /^\/(?:healthz|metrics)$/

/**
 * Serves the panel on a host name of its own, and nothing else there, so that browsers keep it apart from
 * the portal and the app. Add it before the routes.
 *
 * @param adminHost Its name, without a port.
 * @param adminUrl `https://HOST[:PORT]` of the panel, as browsers reach it.
 */
export function separateAdminHost(
  server: FastifyInstance,
  adminHost: string,
  adminUrl: () => string,
): void {
  // the pattern of the route, because a path can be written in several ways
  server.addHook('onRequest', async (request, reply) => {
    const route = request.routeOptions.url ?? ''
    if (operation.test(route)) return
    const isPanel = ofPanel.test(route)
    if (requestedHost(request) === adminHost.toLowerCase()) {
      if (isPanel || loadedByPanel.test(route)) return
      if (route === '/') return await reply.redirect('/admin', 302)
    } else {
      if (!isPanel) return
      if (route === '/admin' && request.method === 'GET') {
        return await reply.redirect(`${adminUrl()}/admin`, 302)
      }
    }
    return await reply.code(failures.notFound.status).send(failure(failures.notFound))
  })
}

/** The host name of a request, without its port and the dot of a fully qualified name. */
function requestedHost(request: FastifyRequest): string {
  const host = request.headers.host ?? request.headers[':authority']?.toString() ?? ''
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}
