import { renderSVG } from 'uqr'
import * as z from 'zod'
import type { Person } from '../../../self_service/person.ts'
import type { PortalParts } from './portal_parts.ts'
import { nothing, type PortalRoutes } from './portal_routes.ts'
import { shownBelongings } from './shown_belongings.ts'

const name = z.string().max(256).default('')
const code = z.string().min(1).max(64)
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
/** The library that reads it looks closer. */
const attestation = z.looseObject({
  id: z.string().max(2048),
  rawId: z.string().max(2048),
  response: z.object({
    clientDataJSON: z.string().max(8192),
    attestationObject: z.string().max(32_768),
    transports: z.array(z.enum(transports)).optional(),
  }),
  type: z.literal('public-key'),
})

/** What somebody does with the devices that are his, or are to be. */
export function addDeviceRoutes(routes: PortalRoutes, parts: PortalParts): void {
  const { ownDevices, appActivation, enrolments, passkeys } = parts
  const finished = (who: Person) => enrolments.finished(who)

  routes.owner('GET', 'devices', nothing, async ({ who }) =>
    shownBelongings(await ownDevices.list(who)),
  )

  routes.adding(
    'POST',
    'numbers',
    z.object({ number: z.string().min(1).max(64), name }),
    async ({ who, body }) => {
      await ownDevices.beginNumber(who, body.number, body.name)
      return { kind: 'sent' }
    },
  )

  routes.adding('POST', 'numbers/check', z.object({ code }), async ({ who, body }) => ({
    device: await ownDevices.finishNumber(who, body.code),
  }))

  routes.adding('POST', 'activations', nothing, async ({ who }) => {
    const { code: activationCode, link, expires } = await appActivation.begin(who)
    const picture = renderSVG(link, { ecc: 'M', border: 2 })
    return { code: activationCode, link, expires, picture }
  })

  routes.adding('POST', 'activations/standing', z.object({ code }), ({ who, body }) =>
    appActivation.standing(who, body.code),
  )

  /** In an enrolment what has just been added may be given a name, and nothing else be touched. */
  routes.adding('PATCH', 'devices/:id', z.object({ name }), async ({ who, id, body }) => {
    await ownDevices.rename(await finished(who), id, body.name)
    return {}
  })

  routes.owner(
    'PUT',
    'devices',
    z.object({ order: z.array(z.string().max(64)).max(100) }),
    async ({ who, body }) => {
      await ownDevices.reorder(who, body.order)
      return shownBelongings(await ownDevices.list(who))
    },
  )

  routes.owner('DELETE', 'devices/:id', nothing, async ({ who, id }) => {
    await ownDevices.remove(who, id)
    return shownBelongings(await ownDevices.list(who))
  })

  routes.adding('POST', 'recovery-codes', nothing, async ({ who }) => ({
    codes: await ownDevices.makeRecoveryCodes(await finished(who)),
  }))

  routes.adding(
    'POST',
    'passkeys/options',
    nothing,
    async ({ who }) => await passkeys.registrationOptions(await finished(who)),
  )

  routes.adding('POST', 'passkeys', z.object({ attestation, name }), async ({ who, body }) => {
    const { id, rawId, type, response } = body.attestation
    const { clientDataJSON, attestationObject, transports: told } = response
    const passkey = {
      id,
      rawId,
      type,
      clientExtensionResults: {},
      response: {
        clientDataJSON,
        attestationObject,
        ...(told === undefined ? {} : { transports: told }),
      },
    }
    return { passkey: await passkeys.register(await finished(who), passkey, body.name) }
  })

  routes.owner('PATCH', 'passkeys/:id', z.object({ name }), async ({ who, id, body }) => {
    await ownDevices.renamePasskey(who, id, body.name)
    return {}
  })

  routes.owner('DELETE', 'passkeys/:id', nothing, async ({ who, id }) => {
    await ownDevices.removePasskey(who, id)
    return shownBelongings(await ownDevices.list(who))
  })
}
