import * as z from 'zod'
import type { OwnBelongings } from '../../../self_service/belongings.ts'
import type { Enrolments } from '../../../self_service/enrolments.ts'
import type { OwnPasskeys } from '../../../self_service/own_passkeys.ts'
import type { PasskeyRegistration } from '../../../self_service/passkey_registration.ts'
import { nothing, type PortalRoutes } from './portal_routes.ts'
import { shownBelongings } from './shown_belongings.ts'

const name = z.string().max(256).default('')
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
/** The WebAuthn library checks the rest. */
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

/** Adds the routes that register, name and remove passkeys. */
export function addPasskeyRoutes(
  routes: PortalRoutes,
  registration: PasskeyRegistration,
  passkeys: OwnPasskeys,
  belongings: OwnBelongings,
  enrolments: Enrolments,
): void {
  routes.adding(
    'POST',
    'passkeys/options',
    nothing,
    async ({ who }) => await registration.options(await enrolments.finished(who)),
  )

  routes.adding('POST', 'passkeys', z.object({ attestation, name }), async ({ who, body }) => {
    const response = toRegistrationResponse(body.attestation)
    const person = await enrolments.finished(who)
    return { passkey: await registration.register(person, response, body.name) }
  })

  routes.owner('PATCH', 'passkeys/:id', z.object({ name }), async ({ who, id, body }) => {
    await passkeys.rename(who, id, body.name)
    return {}
  })

  routes.owner('DELETE', 'passkeys/:id', nothing, async ({ who, id }) => {
    await passkeys.remove(who, id)
    return shownBelongings(await belongings.current(who.user.userId))
  })
}

function toRegistrationResponse({ id, rawId, type, response }: z.infer<typeof attestation>) {
  const { clientDataJSON, attestationObject, transports: reported } = response
  return {
    id,
    rawId,
    type,
    clientExtensionResults: {},
    response: {
      clientDataJSON,
      attestationObject,
      ...(reported === undefined ? {} : { transports: reported }),
    },
  }
}
