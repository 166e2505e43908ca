import type { AdminRoutes } from './admin_routes.ts'
import { nothing } from './admin_routes.ts'

/**
 * Adds `GET openapi.json`: the OpenAPI document of the Admin API.
 *
 * @param document Built once it is requested.
 */
export function addApiReferenceRoutes(routes: AdminRoutes, document: () => object): void {
  routes.view({
    path: 'openapi.json',
    permit: 'signed_in',
    query: nothing,
    answer: async () => document(),
  })
}
