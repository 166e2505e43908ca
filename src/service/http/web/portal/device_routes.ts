import { renderSVG } from 'uqr'
import * as z from 'zod'
import type { AppActivation } from '../../../self_service/devices/app_activation.ts'
import type { OwnBelongings } from '../../../self_service/devices/belongings.ts'
import type { NumberCodes } from '../../../self_service/devices/number_codes.ts'
import type { NumberEnrolment } from '../../../self_service/devices/number_enrolment.ts'
import type { OwnPhones } from '../../../self_service/devices/own_phones.ts'
import type { RecoveryCodes } from '../../../self_service/devices/recovery_codes.ts'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import { describeBelongings } from './belongings_description.ts'
import { emptyBody, type PortalRoutes } from './portal_routes.ts'

const name = z.string().max(256).default('')
const code = z.string().min(1).max(64)

/** Adds the routes that list, rename, reorder and remove a user's devices. */
export function addDeviceRoutes(
  routes: PortalRoutes,
  phones: OwnPhones,
  belongings: OwnBelongings,
  enrolments: Enrolments,
): void {
  routes.signedIn('GET', 'devices', emptyBody, async ({ caller }) =>
    describeBelongings(await belongings.current(caller.user.userId)),
  )

  // an enrolment session may rename the devices that it added
  routes.addingDevice('PATCH', 'devices/:id', z.object({ name }), async ({ caller, id, body }) => {
    await phones.rename(await enrolments.finished(caller), id, body.name)
    return {}
  })

  routes.signedIn(
    'PUT',
    'devices',
    z.object({ order: z.array(z.string().max(64)).max(100) }),
    async ({ caller, body }) => {
      await phones.reorder(caller, body.order)
      return describeBelongings(await belongings.current(caller.user.userId))
    },
  )

  routes.signedIn('DELETE', 'devices/:id', emptyBody, async ({ caller, id }) => {
    await phones.remove(caller, id)
    return describeBelongings(await belongings.current(caller.user.userId))
  })
}

/** Adds the routes that enrol a phone, by its number or with the app. */
export function addPhoneRoutes(
  routes: PortalRoutes,
  numberCodes: NumberCodes,
  numberEnrolment: NumberEnrolment,
  appActivation: AppActivation,
): void {
  routes.addingDevice(
    'POST',
    'numbers',
    z.object({ number: z.string().min(1).max(64), name }),
    async ({ caller, body }) => {
      await numberCodes.send(caller, body.number, body.name)
      return { kind: 'sent' }
    },
  )

  routes.addingDevice('POST', 'numbers/check', z.object({ code }), async ({ caller, body }) => ({
    device: await numberEnrolment.finish(caller, body.code),
  }))

  routes.addingDevice('POST', 'activations', emptyBody, async ({ caller }) => {
    const { code: activationCode, link, expires } = await appActivation.begin(caller)
    const picture = renderSVG(link, { ecc: 'M', border: 2 })
    return { code: activationCode, link, expires, picture }
  })

  routes.addingDevice('POST', 'activations/status', z.object({ code }), ({ caller, body }) =>
    appActivation.status(caller, body.code),
  )
}

/** Adds the route that generates recovery codes. */
export function addRecoveryRoutes(
  routes: PortalRoutes,
  recoveryCodes: RecoveryCodes,
  enrolments: Enrolments,
): void {
  routes.addingDevice('POST', 'recovery-codes', emptyBody, async ({ caller }) => ({
    codes: await recoveryCodes.make(await enrolments.finished(caller)),
  }))
}
