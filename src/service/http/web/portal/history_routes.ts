import * as z from 'zod'
import type { Places } from '../../../place/places.ts'
import type { OwnHistory, PastSignIn } from '../../../self_service/own_history.ts'
import type { OwnSessions } from '../../../self_service/own_sessions.ts'
import { nothing, type PortalRoutes } from './portal_routes.ts'

const report = z.object({ txid: z.string().min(1).max(64) })

/** Adds the routes that show a user's past sign-ins, report one as fraud, and end other sessions. */
export function addHistoryRoutes(
  routes: PortalRoutes,
  history: OwnHistory,
  sessions: OwnSessions,
  places: Places,
): void {
  routes.owner('GET', 'history', nothing, async ({ who }) => ({
    signIns: (await history.list(who)).map((signIn) => shown(signIn, places)),
  }))

  routes.owner('POST', 'history/report', report, async ({ who, body }) => {
    return { locked: await history.report(who, body.txid) }
  })

  routes.owner('POST', 'sign-out-elsewhere', nothing, async ({ who }) => ({
    ended: await sessions.signOutElsewhere(who),
  }))
}

function shown(signIn: PastSignIn, places: Places): object {
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
    place: places.of(ipaddr),
    hostname,
    device,
    reported,
  }
}
