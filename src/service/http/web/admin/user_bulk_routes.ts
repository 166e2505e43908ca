import * as z from 'zod'
import type { InvitationMailer } from '../../../administration/acts/invitations.ts'
import {
  type BulkChange,
  changeUsers,
  selectUsers,
} from '../../../administration/acts/user_bulk.ts'
import type { Jobs } from '../../../administration/jobs.ts'
import { toUserFilter, userListFilters } from '../../../administration/user_list_filter.ts'
import { usersOf } from '../../../people/user_filter.ts'
import { Users } from '../../../people/users.ts'
import { InvalidInput } from './admin_failure.ts'
import type { AdminRoutes } from './admin_routes.ts'
import { jobJson } from './job_routes.ts'
import type { PeopleRoutes } from './people_routes.ts'

const maxIds = 10_000
const recentMs = 30 * 24 * 60 * 60_000

const selection = z.union([
  z.object({ ids: z.array(z.string().max(40)).min(1).max(maxIds) }),
  z.object({
    filters: z.object({
      q: z.string().max(200).optional(),
      filter: z.enum(userListFilters).optional(),
      group: z.string().max(40).optional(),
    }),
  }),
])

const change = z.discriminatedUnion('act', [
  z.object({ act: z.enum(['trash', 'restore', 'lock', 'unlock', 'invite']), selection }),
  z.object({
    act: z.literal('status'),
    status: z.enum(['active', 'bypass', 'disabled']),
    bypass_until: z.number().int().nullable().optional(),
    selection,
  }),
  z.object({ act: z.enum(['group_add', 'group_remove']), group_id: z.string().max(40), selection }),
])

const permits = {
  trash: 'users.create',
  restore: 'users.create',
  lock: 'users.edit',
  unlock: 'users.unlock',
  invite: 'users.invite',
  status: 'users.edit',
  group_add: 'groups.edit',
  group_remove: 'groups.edit',
} as const

/**
 * Adds changes of many users.
 *
 * `POST users/bulk` `{ act, selection: { ids: [user_id] } | { filters: { q?, filter?, group? } }, … }` →
 * job. `act` is `trash`, `restore`, `lock`, `unlock`, `invite`, `status` (with `status`, and `bypass_until?`),
 * `group_add` or `group_remove` (with `group_id`); the filters are those of `GET users`. The result of the
 * job is `{ act, changed, failures: [{ user_id, username, message }], failure_count }`, with 500 failures
 * at most.
 *
 * `POST users/selection` `{ selection }` → `{ users, enrolled, devices, recent, unreachable, trash_days }`:
 * what a change would affect. `recent` signed in during the last 30 days, `unreachable` have neither a
 * device nor an e-mail address; a removed user stays in the trash for `trash_days`.
 */
export function addUserBulkRoutes(
  routes: AdminRoutes,
  { store, clock, trashDays }: PeopleRoutes,
  jobs: Jobs,
  sendMail: InvitationMailer | undefined,
): void {
  routes.act({
    method: 'POST',
    path: 'users/bulk',
    body: change,
    bodyLimit: 2 ** 20,
    answer: async ({ body, administration, admin }) => {
      const { act } = body
      administration.require(permits[act], `a bulk change (${act})`)
      if (act === 'status' && body.status === 'bypass') {
        administration.require('users.bypass', 'the status bypass')
      }
      if (act === 'invite' && sendMail === undefined) {
        throw new InvalidInput(
          'act',
          'The service can’t send mail: the section [mail] of countersign.cfg is missing.',
        )
      }
      const userIds =
        'ids' in body.selection
          ? [...new Set(body.selection.ids)]
          : await selectUsers(toUserFilter(body.selection.filters, clock.now()), store)
      const job = { adminId: admin.adminId, kind: 'user_bulk', total: userIds.length }
      const started = await jobs.start(job, async (onProgress) => {
        const { changed, failures, failureCount } = await changeUsers(
          store,
          administration,
          userIds,
          toChange(body),
          { sendMail, onProgress },
        )
        return { result: { act, changed, failures, failure_count: failureCount } }
      })
      return jobJson(started)
    },
  })

  routes.act({
    method: 'POST',
    path: 'users/selection',
    body: z.object({ selection }),
    bodyLimit: 2 ** 20,
    answer: async ({ body, administration }) => {
      administration.require('users.view', 'a count of users')
      const now = clock.now()
      const filter =
        'ids' in body.selection
          ? usersOf(body.selection.ids)
          : toUserFilter(body.selection.filters, now)
      const counts = await new Users().counts(filter, now - recentMs, store.db)
      return { ...counts, trash_days: trashDays() }
    },
  })
}

function toChange(body: z.infer<typeof change>): BulkChange {
  switch (body.act) {
    case 'status':
      return { act: 'status', status: body.status, bypassUntil: body.bypass_until }
    case 'group_add':
    case 'group_remove':
      return { act: body.act, groupId: body.group_id }
    default:
      return { act: body.act }
  }
}
