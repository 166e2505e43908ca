import type { Clock } from '../../../../host/clock.ts'
import { bySeverity } from '../../../../workspaces/guide/finding.ts'
import { budgetTable, judgeBudget } from '../../../../workspaces/guide/time_budget.ts'
import { directorySettings } from '../../../applications/client/directory_settings.ts'
import { Integrations } from '../../../applications/integrations.ts'
import { ApprovalTimes } from '../../../audit/approval_times.ts'
import { type ControllerSight, checkControllers } from '../../../proxies/controller_checks.ts'
import { Proxies } from '../../../proxies/proxies.ts'
import type { Store } from '../../../store/store.ts'
import { NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'

/**
 * Adds the route of the checks of a WorkSpaces directory.
 *
 * - `GET applications/:id/directory` → `{ controllers, proxies, sights, findings, budget, approvals }`
 *
 * It is asked every two seconds while its page is open. Proxies report what is new to them within three
 * seconds, so nothing needs to tell them that somebody is watching.
 */
export function addDirectoryRoutes(routes: AdminRoutes, store: Store, clock: Clock): void {
  const { db } = store
  const integrations = new Integrations(store)
  const proxies = new Proxies()
  const approvalTimes = new ApprovalTimes()

  routes.view({
    path: 'applications/:id/directory',
    permit: 'applications.view',
    query: nothing,
    answer: async ({ id }) => {
      const app = await integrations.byIkey(id, db)
      const settings = app === undefined ? undefined : directorySettings(app)
      if (app === undefined || settings === undefined) {
        throw new NotFound('there is no such application for a WorkSpaces directory')
      }
      const now = clock.now()
      const reporting = await proxies.ofApplication(id, db)
      const { radiusClients = [] } = app.client
      const { controllers, sights, findings } = checkControllers(radiusClients, reporting, now)
      const approvals = await approvalTimes.summary(id, now, db)
      return {
        controllers,
        sights: sights.map(describeSight),
        findings: [...findings, ...judgeBudget(settings, approvals)].toSorted(bySeverity),
        settings,
        budget: budgetTable(settings),
        approvals: approvals ?? null,
      }
    },
  })
}

function describeSight({ lastAt, probeAt, allowedBy, reply, ...sight }: ControllerSight) {
  return {
    proxy_id: sight.proxyId,
    host: sight.host,
    controller: sight.controller,
    allowed_by: allowedBy ?? null,
    requests: sight.requests,
    last_seen: lastAt ?? null,
    secret: sight.secret,
    reply: reply ?? null,
    probe: probeAt ?? null,
    uses_previous_secret: sight.usesPreviousSecret,
  }
}
