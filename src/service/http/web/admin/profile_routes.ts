import * as z from 'zod'
import { Secret } from '../../../../host/secret.ts'
import type { AdministratorFactor } from '../../../administrators/factors.ts'
import type { OwnAccount } from '../../../administrators/own_account.ts'
import type {
  AdministratorSession,
  AdministratorSessions,
  EndedSession,
} from '../../../administrators/sessions.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'

const password = z.string().min(1).max(2048)

/**
 * Adds the routes of one's own account, for every administrator. A factor is `{ factor_id, kind, name,
 * created, used, usable }`, where one on a phone is not usable once the app was activated again or the phone
 * belongs to another user; a session `{ session_id, current, browser, addresses, created, seen, expires }`; an
 * ended session `{ session_id, browser, addresses, created, seen, ended, reason, ended_by }`, with a
 * `SessionEndReason`. All but `GET` answer with the profile.
 *
 * - `GET profile` → `{ admin_id, email, name, phone, role, factors: [factor], sessions: [session],
 *   ended_sessions: [ended session], sign_ins }`; `sign_ins` is `{ last, before, failed_before,
 *   failed_since, last_failed }`: the last two sign-ins, the failed attempts between and after them, and the
 *   time of the last one
 * - `PATCH profile` `{ name?, phone? }`
 * - `POST profile/password` `{ present, next }`: needs step-up; ends the other sessions. 400 `password`
 * - `PATCH profile/factors/:id` `{ name }`
 * - `DELETE profile/factors/:id`: needs step-up. 409 `last_factor`
 * - `DELETE profile/sessions/:id`, and `POST profile/sessions/end-others`
 *
 * Factors are added by the routes `factors/…`.
 */
export function addProfileRoutes(
  routes: AdminRoutes,
  account: OwnAccount,
  sessions: AdministratorSessions,
): void {
  routes.view({
    path: 'profile',
    permit: 'signed_in',
    query: nothing,
    answer: async ({ admin }) => await describe(admin),
  })

  routes.act({
    method: 'PATCH',
    path: 'profile',
    body: z.object({ name: z.string().max(254).optional(), phone: z.string().max(32).optional() }),
    answer: async ({ admin, body }) => {
      await account.update(admin, body)
      return await describe(admin)
    },
  })

  routes.act({
    method: 'POST',
    path: 'profile/password',
    body: z.object({ present: password, next: password }),
    answer: async ({ admin, administration, body }) => {
      administration.requireStepUp()
      await account.changePassword(admin, new Secret(body.present), new Secret(body.next))
      return await describe(admin)
    },
  })

  routes.act({
    method: 'PATCH',
    path: 'profile/factors/:id',
    body: z.object({ name: z.string().max(256) }),
    answer: async ({ admin, id, body }) => {
      await account.renameFactor(admin, id, body.name)
      return await describe(admin)
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'profile/factors/:id',
    body: nothing,
    answer: async ({ admin, administration, id }) => {
      administration.requireStepUp()
      await account.removeFactor(admin, id)
      return await describe(admin)
    },
  })

  routes.act({
    method: 'DELETE',
    path: 'profile/sessions/:id',
    body: nothing,
    answer: async ({ admin, id }) => {
      await account.endSession(admin, id)
      return await describe(admin)
    },
  })

  routes.act({
    method: 'POST',
    path: 'profile/sessions/end-others',
    body: nothing,
    answer: async ({ admin }) => {
      await account.endOtherSessions(admin)
      return await describe(admin)
    },
  })

  async function describe(admin: Parameters<OwnAccount['describe']>[0]): Promise<object> {
    const own = await account.describe(admin)
    const { adminId, email, name, phone, role, ...signIns } = own.administrator
    return {
      admin_id: adminId,
      email,
      name,
      phone,
      role,
      factors: own.factors.map((factor) => describeFactor(factor, own.usable)),
      sessions: own.sessions.map((session) => ({
        ...describeSession(session, sessions),
        current: session.sessionId === admin.sessionId,
      })),
      ended_sessions: own.endedSessions.map(describeEnded),
      sign_ins: {
        last: signIns.lastLogin,
        before: signIns.previousLogin,
        failed_before: signIns.failedBeforeLogin,
        failed_since: signIns.failedSinceLogin,
        last_failed: signIns.lastFailed,
      },
    }
  }
}

/** `{ factor_id, kind, name, created, used, usable }` */
export function describeFactor(
  factor: AdministratorFactor,
  usableOnes: readonly AdministratorFactor[],
) {
  const { factorId, kind, name, created, used } = factor
  return { factor_id: factorId, kind, name, created, used, usable: usableOnes.includes(factor) }
}

/** `{ session_id, browser, addresses, created, seen, expires }` */
export function describeSession(session: AdministratorSession, sessions: AdministratorSessions) {
  const { sessionId, userAgent, addresses, created, seen } = session
  const expires = sessions.expires(session)
  return { session_id: sessionId, browser: userAgent, addresses, created, seen, expires }
}

/** `{ session_id, browser, addresses, created, seen, ended, reason, ended_by }` */
export function describeEnded(session: EndedSession) {
  const { sessionId, userAgent, addresses, created, seen, ended, reason, endedBy } = session
  const use = { browser: userAgent, addresses, created, seen }
  return { session_id: sessionId, ...use, ended, reason, ended_by: endedBy }
}
