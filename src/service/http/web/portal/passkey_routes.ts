import * as z from 'zod'
import type { OwnBelongings } from '../../../self_service/devices/belongings.ts'
import type { OwnPasskeys } from '../../../self_service/devices/own_passkeys.ts'
import type { PasskeyRegistration } from '../../../self_service/devices/passkey_registration.ts'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import { attestation } from '../../gate/webauthn_body.ts'
import { describeBelongings } from './belongings_description.ts'
import { emptyBody, type PortalRoutes } from './portal_routes.ts'

const name = z.string().max(256).default('')
/** Adds the routes that register, rename and remove passkeys. */
export function addPasskeyRoutes(
  routes: PortalRoutes,
  registration: PasskeyRegistration,
  passkeys: OwnPasskeys,
  belongings: OwnBelongings,
  enrolments: Enrolments,
): void {
  routes.addingDevice(
    'POST',
    'passkeys/options',
    emptyBody,
    async ({ caller }) => await registration.options(await enrolments.finished(caller)),
  )

  routes.addingDevice(
    'POST',
    'passkeys',
    z.object({ attestation, name }),
    async ({ caller, body }) => {
      const person = await enrolments.finished(caller)
      return { passkey: await registration.register(person, body.attestation, body.name) }
    },
  )

  routes.signedIn('PATCH', 'passkeys/:id', z.object({ name }), async ({ caller, id, body }) => {
    await passkeys.rename(caller, id, body.name)
    return {}
  })

  routes.signedIn('DELETE', 'passkeys/:id', emptyBody, async ({ caller, id }) => {
    await passkeys.remove(caller, id)
    return describeBelongings(await belongings.current(caller.user.userId))
  })
}
