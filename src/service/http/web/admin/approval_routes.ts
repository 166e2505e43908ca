import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import type { ApprovalDecisions } from '../../../administration/approval_decisions.ts'
import type { Approval, Approvals } from '../../../administration/approvals.ts'
import type { StoreDb } from '../../../store/store.ts'
import type { SignedInAdministrator } from '../../gate/admin_session.ts'
import { NotFound } from './admin_failure.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import { listQuery } from './list_query.ts'

/**
 * Adds the routes of acts that need a second person. Administrators see their own requests, and those
 * that their permits let them approve. A request is `{ id, kind, summary, requester: { admin_id, email },
 * state, created, expires, decided, decided_by, reason, own, has_result }`; `kind` is the name of the act;
 * `state` is `waiting`, `done`, `failed`, `refused`, `cancelled` or `expired`.
 *
 * - `GET approvals?waiting=true&after&limit` → `{ items, next }`, newest first
 * - `GET approvals/:id`
 * - `POST approvals/:id/approve`: carries it out; needs step-up. 403 `own_request`, 409 `approval_over`,
 *   409 `approval_failed` if it can't be carried out any more
 * - `POST approvals/:id/refuse` `{ reason? }`, and `POST approvals/:id/cancel` for one's own
 * - `POST approvals/:id/result` → `{ result }` of one's own request, such as `{ skey }`, once; needs step-up
 */
export function addApprovalRoutes(
  routes: AdminRoutes,
  approvals: Approvals,
  decisions: ApprovalDecisions,
  clock: Clock,
  db: StoreDb,
): void {
  routes.view({
    path: 'approvals',
    permit: 'signed_in',
    query: listQuery.extend({ waiting: z.stringbool().optional() }),
    answer: async ({ query, admin }) => {
      const { items, next } = await approvals.page(query, clock.now(), db)
      const visible = items.filter((item) => decisions.isVisible(item, admin.actor))
      return { items: visible.map((item) => describe(item, admin)), next }
    },
  })

  routes.view({
    path: 'approvals/:id',
    permit: 'signed_in',
    query: nothing,
    answer: async ({ id, admin }) => {
      const request = await approvals.byId(id, clock.now(), db)
      if (request === undefined || !decisions.isVisible(request, admin.actor)) {
        throw new NotFound('there is no such request')
      }
      return describe(request, admin)
    },
  })

  routes.act({
    method: 'POST',
    path: 'approvals/:id/approve',
    body: nothing,
    answer: async ({ id, admin }) => describe(await decisions.approve(id, admin.actor), admin),
  })

  routes.act({
    method: 'POST',
    path: 'approvals/:id/refuse',
    body: z.object({ reason: z.string().trim().max(500).default('') }),
    answer: async ({ id, admin, body }) =>
      describe(await decisions.refuse(id, admin.actor, body.reason), admin),
  })

  routes.act({
    method: 'POST',
    path: 'approvals/:id/cancel',
    body: nothing,
    answer: async ({ id, admin }) => describe(await decisions.cancel(id, admin.actor), admin),
  })

  routes.act({
    method: 'POST',
    path: 'approvals/:id/result',
    body: nothing,
    answer: async ({ id, admin }) => ({ result: await decisions.takeResult(id, admin.actor) }),
  })
}

function describe(approval: Approval, { adminId }: SignedInAdministrator) {
  const { requester } = approval
  const own = requester.adminId === adminId
  return {
    id: approval.approvalId,
    kind: approval.act,
    summary: approval.summary,
    requester: { admin_id: requester.adminId, email: requester.email },
    state: approval.state,
    created: approval.created,
    expires: approval.expires,
    decided: approval.decided,
    decided_by: approval.decidedBy,
    reason: approval.reason,
    own,
    has_result: own && approval.hasResult,
  }
}
