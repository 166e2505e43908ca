import { type TimelineEntry, userTimeline } from '../../../audit/user_timeline.ts'
import { Users } from '../../../people/users.ts'
import type { AdminRoutes } from './admin_routes.ts'
import { listQuery } from './list_query.ts'
import { type PeopleRoutes, requireUser } from './people_routes.ts'

/**
 * Adds the timeline of a user, newest first: sign-ins, changes and messages of the three logs.
 *
 * - `GET users/:id/timeline?after&limit` → `{ items: [entry], next }`; an entry has `kind` and
 *   `timestamp`, and
 *   - `sign_in`: `result` (`success`, `denied`, `fraud`), `reason`, `factor`, `application`, `ikey`,
 *     `ipaddr`, `device`, `txid`
 *   - `change`: `action`, `actor`, `object`, `object_kind`, `object_id`, `description`, `changes`
 *     (`{ field: { before, after } }`, secrets as `[secret]`)
 *   - `message`: `type` (`sms`, `phone`), `context`, `number`, `provider`, `result`, `detail`
 */
export function addUserTimelineRoutes(routes: AdminRoutes, { store }: PeopleRoutes): void {
  routes.view({
    path: 'users/:id/timeline',
    permit: 'logs.view',
    query: listQuery,
    answer: async ({ id, query: { after, limit } }) => {
      const { userId } = await requireUser(new Users(), id, store.db)
      const { items, next } = await userTimeline(userId, { after, limit }, store.db)
      return { items: items.map(describe), next }
    },
  })
}

function describe({ kind, event }: TimelineEntry) {
  const { timestamp } = event
  switch (kind) {
    case 'sign_in': {
      const { result, reason, factor, application, ikey, ipaddr, device, txid } = event
      return { kind, timestamp, result, reason, factor, application, ikey, ipaddr, device, txid }
    }
    case 'change': {
      const { action, actor, object, objectKind, objectId, description, changes } = event
      return {
        kind,
        timestamp,
        action,
        actor,
        object,
        object_kind: objectKind,
        object_id: objectId,
        description,
        changes,
      }
    }
    case 'message': {
      const { type, context, number, provider, result, detail } = event
      return { kind, timestamp, type, context, number, provider, result, detail }
    }
  }
}
