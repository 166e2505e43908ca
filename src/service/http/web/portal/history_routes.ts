import * as z from 'zod'
import type { PastSignIn } from '../../../self_service/own_history.ts'
import type { PortalParts } from './portal_parts.ts'
import { nothing, type PortalRoutes } from './portal_routes.ts'

const report = z.object({ txid: z.string().min(1).max(64) })

/** What has happened in a user's name, and what he says to it. */
export function addHistoryRoutes(routes: PortalRoutes, parts: PortalParts): void {
  const { ownHistory, places } = parts
  routes.owner('GET', 'history', nothing, async ({ who }) => ({
    signIns: (await ownHistory.list(who)).map((signIn) => shown(signIn, places)),
  }))

  routes.owner('POST', 'history/report', report, async ({ who, body }) => {
    return { locked: await ownHistory.report(who, body.txid) }
  })

  routes.owner('POST', 'sign-out-elsewhere', nothing, async ({ who }) => ({
    ended: await ownHistory.signOutElsewhere(who),
  }))
}

function shown(signIn: PastSignIn, places: PortalParts['places']): object {
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
