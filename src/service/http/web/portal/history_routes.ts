import * as z from 'zod'
import type { Places } from '../../../place/places.ts'
import type { OwnHistory, PastSignIn } from '../../../self_service/own_history.ts'
import type { OwnSessions } from '../../../self_service/own_sessions.ts'
import { emptyBody, type PortalRoutes } from './portal_routes.ts'

const report = z.object({ txid: z.string().min(1).max(64) })

/** Adds the routes that list a user's past sign-ins, report one as fraud, and end other sessions. */
export function addHistoryRoutes(
  routes: PortalRoutes,
  history: OwnHistory,
  sessions: OwnSessions,
  places: Places,
): void {
  routes.signedIn('GET', 'history', emptyBody, async ({ caller }) => ({
    signIns: (await history.list(caller)).map((signIn) => describeSignIn(signIn, places)),
  }))

  routes.signedIn('POST', 'history/report', report, async ({ caller, body }) => {
    return { locked: await history.report(caller, body.txid) }
  })

  routes.signedIn('POST', 'sign-out-elsewhere', emptyBody, async ({ caller }) => ({
    ended: await sessions.signOutElsewhere(caller),
  }))
}

function describeSignIn(signIn: PastSignIn, places: Places): object {
  const { timestamp, txid, application, factor, result, reason, ipaddr, hostname } = signIn
  const { device, reported } = signIn
  return {
    timestamp,
    txid,
    application,
    factor,
    result,
    reason,
    ipaddr,
    place: places.lookUp(ipaddr),
    hostname,
    device,
    reported,
  }
}
