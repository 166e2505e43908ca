import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import type { UserTiles } from '../../../administration/user_counts.ts'
import { signInCounts } from '../../../audit/authentication_hours.ts'
import type { Attention } from '../../../dashboard/attention.ts'
import type { StoreDb } from '../../../store/store.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** How far back, and how long a bar of the chart is. */
const ranges = {
  day: { backMs: dayMs, spanMs: hourMs },
  week: { backMs: 7 * dayMs, spanMs: 6 * hourMs },
  month: { backMs: 30 * dayMs, spanMs: dayMs },
} as const

/**
 * Adds the routes of the dashboard.
 *
 * - `GET dashboard/sign-ins?range&by` → `{ span_ms, from, to, counts: [{ start, value, count }] }`; `range`
 *   is `day`, `week` or `month`, `by` is `result` or `factor`
 * - `GET dashboard/users` → `{ total, …, enrolled, ever_enrolled, can_sign_in }`
 * - `GET dashboard/attention` → `{ items: [{ kind, tone, count, to }] }`, the most urgent first
 */
export function addDashboardRoutes(
  routes: AdminRoutes,
  tiles: UserTiles,
  attention: Attention,
  clock: Clock,
  db: StoreDb,
): void {
  routes.view({
    path: 'dashboard/sign-ins',
    permit: 'logs.view',
    query: z.object({
      range: z.enum(['day', 'week', 'month']).default('week'),
      by: z.enum(['result', 'factor']).default('result'),
    }),
    answer: async ({ query: { range, by } }) => {
      const { backMs, spanMs } = ranges[range]
      const to = clock.now()
      const from = to - backMs - ((to - backMs) % spanMs)
      return { span_ms: spanMs, from, to, counts: await signInCounts(by, { from, spanMs }, db) }
    },
  })

  routes.view({
    path: 'dashboard/users',
    permit: 'users.view',
    query: nothing,
    answer: async () => await tiles.counts(),
  })

  routes.view({
    path: 'dashboard/attention',
    permit: 'signed_in',
    query: nothing,
    answer: async ({ administration }) => ({
      items: await attention.list(administration.actor.role),
    }),
  })
}
