import * as z from 'zod'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import type { PortalSessions } from '../../../self_service/portal_sessions.ts'
import type { StoreDb } from '../../../store/store.ts'
import type { PortalSessionGate } from '../../gate/portal_session.ts'
import type { PortalLimits } from './portal_limits.ts'
import { nothing, type PortalRoutes } from './portal_routes.ts'
import type { SessionDescription } from './session_description.ts'

const invitation = z.object({ code: z.string().regex(/^[A-Za-z0-9]{8,64}$/) })

/** Adds the routes that show a session, open one by an invitation, and end it. */
export function addSessionRoutes(
  routes: PortalRoutes,
  gate: PortalSessionGate,
  limits: PortalLimits,
  description: SessionDescription,
  enrolments: Enrolments,
  sessions: PortalSessions,
  db: StoreDb,
): void {
  routes.anybody('GET', 'session', nothing, async ({ who }) => await description.of(who))

  routes.anybody('POST', 'invitation', invitation, async (call) => {
    limits.tried(call.request, '')
    const { session, token } = await enrolments.open(
      call.body.code,
      call.who?.session,
      call.address,
    )
    if (token !== undefined) gate.setCookie(call.reply, token)
    const known = call.who?.session.tokenHash === session.tokenHash ? call.who.user : undefined
    return await description.of({ session, user: known })
  })

  routes.anybody('POST', 'sign-out', nothing, async ({ who, reply }) => {
    if (who !== undefined) await sessions.end(who.session.tokenHash, db)
    gate.clearCookie(reply)
    return { kind: 'none' }
  })
}
