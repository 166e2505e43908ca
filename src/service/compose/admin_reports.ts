import { UserTiles } from '../administration/user_counts.ts'
import type { Administrators } from '../administrators/administrators.ts'
import { Integrations } from '../applications/integrations.ts'
import { Attention } from '../dashboard/attention.ts'
import type { AdminRoutes } from '../http/web/admin/admin_routes.ts'
import { addDashboardRoutes } from '../http/web/admin/dashboard_routes.ts'
import { addLogRoutes } from '../http/web/admin/log_routes.ts'
import type { Domain } from './domain.ts'

/** Adds the panel's routes of the dashboard and the logs. */
export function addReports(
  routes: AdminRoutes,
  { store, directory, delivery, clock }: Domain,
  administrators: Administrators,
  testMode: boolean,
): void {
  const { db } = store
  const tiles = new UserTiles(db, clock)
  const state = { hasMail: delivery.mail !== undefined, testMode }
  const integrations = new Integrations(store)
  const attention = new Attention(tiles, administrators, integrations, state, clock, db)
  addDashboardRoutes(routes, tiles, attention, clock, db)
  addLogRoutes(routes, directory.users, clock, db)
}
