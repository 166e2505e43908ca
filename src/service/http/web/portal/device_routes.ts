import { renderSVG } from 'uqr'
import * as z from 'zod'
import type { AppActivation } from '../../../self_service/app_activation.ts'
import type { OwnBelongings } from '../../../self_service/belongings.ts'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import type { NumberCodes } from '../../../self_service/number_codes.ts'
import type { NumberEnrolment } from '../../../self_service/number_enrolment.ts'
import type { OwnPhones } from '../../../self_service/own_phones.ts'
import type { RecoveryCodes } from '../../../self_service/recovery_codes.ts'
import { nothing, type PortalRoutes } from './portal_routes.ts'
import { shownBelongings } from './shown_belongings.ts'

const name = z.string().max(256).default('')
const code = z.string().min(1).max(64)

/** Adds the routes that show, name, order and remove a user's devices. */
export function addDeviceRoutes(
  routes: PortalRoutes,
  phones: OwnPhones,
  belongings: OwnBelongings,
  enrolments: Enrolments,
): void {
  routes.owner('GET', 'devices', nothing, async ({ who }) =>
    shownBelongings(await belongings.current(who.user.userId)),
  )

  // an enrolment can name the devices that it has added, and change nothing else
  routes.adding('PATCH', 'devices/:id', z.object({ name }), async ({ who, id, body }) => {
    await phones.rename(await enrolments.finished(who), id, body.name)
    return {}
  })

  routes.owner(
    'PUT',
    'devices',
    z.object({ order: z.array(z.string().max(64)).max(100) }),
    async ({ who, body }) => {
      await phones.reorder(who, body.order)
      return shownBelongings(await belongings.current(who.user.userId))
    },
  )

  routes.owner('DELETE', 'devices/:id', nothing, async ({ who, id }) => {
    await phones.remove(who, id)
    return shownBelongings(await belongings.current(who.user.userId))
  })
}

/** Adds the routes that add a phone, by its number or by the app. */
export function addPhoneRoutes(
  routes: PortalRoutes,
  numberCodes: NumberCodes,
  numberEnrolment: NumberEnrolment,
  appActivation: AppActivation,
): void {
  routes.adding(
    'POST',
    'numbers',
    z.object({ number: z.string().min(1).max(64), name }),
    async ({ who, body }) => {
      await numberCodes.send(who, body.number, body.name)
      return { kind: 'sent' }
    },
  )

  routes.adding('POST', 'numbers/check', z.object({ code }), async ({ who, body }) => ({
    device: await numberEnrolment.finish(who, body.code),
  }))

  routes.adding('POST', 'activations', nothing, async ({ who }) => {
    const { code: activationCode, link, expires } = await appActivation.begin(who)
    const picture = renderSVG(link, { ecc: 'M', border: 2 })
    return { code: activationCode, link, expires, picture }
  })

  routes.adding('POST', 'activations/status', z.object({ code }), ({ who, body }) =>
    appActivation.status(who, body.code),
  )
}

/** Adds the route that makes recovery codes. */
export function addRecoveryRoutes(
  routes: PortalRoutes,
  recoveryCodes: RecoveryCodes,
  enrolments: Enrolments,
): void {
  routes.adding('POST', 'recovery-codes', nothing, async ({ who }) => ({
    codes: await recoveryCodes.make(await enrolments.finished(who)),
  }))
}
