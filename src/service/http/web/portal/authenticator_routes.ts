import { renderSVG } from 'uqr'
import * as z from 'zod'
import type { AuthenticatorApps } from '../../../self_service/devices/authenticator_apps.ts'
import type { OwnBelongings } from '../../../self_service/devices/belongings.ts'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import { describeBelongings } from './belongings_description.ts'
import { emptyBody, type PortalRoutes } from './portal_routes.ts'

const name = z.string().max(256).default('')
const code = z.string().min(1).max(64)

/** Adds the routes that add, rename and remove authenticator apps. */
export function addAuthenticatorRoutes(
  routes: PortalRoutes,
  apps: AuthenticatorApps,
  belongings: OwnBelongings,
  enrolments: Enrolments,
): void {
  routes.addingDevice('POST', 'authenticator-apps/begin', emptyBody, async ({ caller }) => {
    const { secret, uri } = await apps.begin(caller)
    return { secret, uri, picture: renderSVG(uri, { ecc: 'M', border: 2 }) }
  })

  routes.addingDevice(
    'POST',
    'authenticator-apps',
    z.object({ code, name }),
    async ({ caller, body }) => ({ device: await apps.confirm(caller, body.code, body.name) }),
  )

  // an enrolment session may rename the app that it added
  routes.addingDevice(
    'PATCH',
    'authenticator-apps/:id',
    z.object({ name }),
    async ({ caller, id, body }) => {
      await apps.rename(await enrolments.finished(caller), id, body.name)
      return {}
    },
  )

  routes.signedIn('DELETE', 'authenticator-apps/:id', emptyBody, async ({ caller, id }) => {
    await apps.remove(caller, id)
    return describeBelongings(await belongings.current(caller.user.userId))
  })
}
