import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import { version as serviceVersion } from '../../../../host/version.ts'
import { forgetProxy } from '../../../administration/acts/proxies.ts'
import { Integrations } from '../../../applications/integrations.ts'
import { Proxies, type ReportingProxy } from '../../../proxies/proxies.ts'
import type { Store } from '../../../store/store.ts'
import { NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery } from './list_query.ts'
import { describeProxy, describeProxyDetails } from './proxy_description.ts'

/**
 * Adds the routes of authentication proxies.
 *
 * - `GET proxies?q&state&sort&after&limit` → `{ items, next, total }`; `state` is `connected` or `lost`
 * - `GET proxies/:id` → the proxy with `sections` and the details of its warnings
 * - `DELETE proxies/:id`: it appears again if it still reports
 * - `GET dashboard/proxies` → `{ total, connected }`
 */
export function addProxyRoutes(routes: AdminRoutes, store: Store, clock: Clock): void {
  const { db } = store
  const proxies = new Proxies()
  const integrations = new Integrations(store)

  const require = async (id: string): Promise<ReportingProxy> => {
    const proxy = await proxies.byId(id, db)
    if (proxy === undefined) throw new NotFound('this proxy is not listed any more')
    return proxy
  }
  const contextOf = async (page: readonly ReportingProxy[]) => {
    const reports = await proxies.reports(
      page.map(({ proxyId }) => proxyId),
      db,
    )
    const ikeys = new Set([...reports.values()].flat().map(({ ikey }) => ikey))
    const found = await Promise.all([...ikeys].map((ikey) => integrations.byIkey(ikey, db)))
    const names = new Map(
      found.filter((app) => app !== undefined).map(({ ikey, name }) => [ikey, name]),
    )
    return ({ proxyId }: ReportingProxy) => ({
      reports: reports.get(proxyId) ?? [],
      names,
      serviceVersion,
      now: clock.now(),
    })
  }

  routes.view({
    path: 'proxies',
    permit: 'applications.view',
    query: listQuery.extend({
      state: z.enum(['connected', 'lost']).optional(),
      sort: z.enum(['host', '-host']).optional(),
    }),
    answer: async ({ query: { q, state, sort, after, limit } }) => {
      const filter = { state, ...(q === '' ? {} : { search: q }) }
      const now = clock.now()
      const { items, next } = await proxies.page(
        { ...filter, after, limit, sort: { by: 'host', descending: sort === '-host' } },
        now,
        db,
      )
      const context = await contextOf(items)
      return {
        items: items.map((proxy) => describeProxy(proxy, context(proxy))),
        next,
        total: await proxies.total(filter, now, db),
      }
    },
  })

  routes.view({
    path: 'proxies/:id',
    permit: 'applications.view',
    query: nothing,
    answer: async ({ id }) => {
      const proxy = await require(id)
      return describeProxyDetails(proxy, (await contextOf([proxy]))(proxy))
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'proxies/:id',
    body: nothing,
    answer: async ({ id, administration }) => {
      await administration.run(forgetProxy, { proxy: await require(id) })
      return {}
    },
  })

  routes.view({
    path: 'dashboard/proxies',
    permit: 'applications.view',
    query: nothing,
    answer: async () => {
      const now = clock.now()
      return {
        total: await proxies.total({}, now, db),
        connected: await proxies.total({ state: 'connected' }, now, db),
      }
    },
  })
}
