import * as z from 'zod'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import type { PortalSessions } from '../../../self_service/portal_sessions.ts'
import type { StoreDb } from '../../../store/store.ts'
import type { PortalSessionGate } from '../../gate/portal_session.ts'
import type { PortalLimits } from './portal_limits.ts'
import { emptyBody, type PortalRoutes } from './portal_routes.ts'
import type { SessionDescription } from './session_description.ts'

const invitation = z.object({ code: z.string().regex(/^[A-Za-z0-9]{8,64}$/) })

/** Adds the routes that describe a session, open one with an invitation, and end it. */
export function addSessionRoutes(
  routes: PortalRoutes,
  gate: PortalSessionGate,
  limits: PortalLimits,
  description: SessionDescription,
  enrolments: Enrolments,
  sessions: PortalSessions,
  db: StoreDb,
): void {
  routes.anyone(
    'GET',
    'session',
    emptyBody,
    async ({ caller }) => await description.describe(caller),
  )

  routes.anyone('POST', 'invitation', invitation, async (call) => {
    limits.countAttempt(call.request, '')
    const { session, token } = await enrolments.open(
      call.body.code,
      call.caller?.session,
      call.address,
    )
    if (token !== undefined) gate.setCookie(call.reply, token)
    const user = call.caller?.session.tokenHash === session.tokenHash ? call.caller.user : undefined
    return await description.describe({ session, user })
  })

  routes.anyone('POST', 'sign-out', emptyBody, async ({ caller, reply }) => {
    if (caller !== undefined) await sessions.end(caller.session.tokenHash, db)
    gate.clearCookie(reply)
    return { kind: 'none' }
  })
}
