import type { FastifyRequest } from 'fastify'
import { renderSVG } from 'uqr'
import * as z from 'zod'
import { Secret } from '../../../../host/secret.ts'
import type { Activation } from '../../../administrators/activation.ts'
import type { FactorEnrolment } from '../../../administrators/enrolment.ts'
import type { AdministratorSignIn } from '../../../administrators/sign_in.ts'
import { maskedNumber } from '../../../authenticators/phone/phone_label.ts'
import { AdminRefusal } from '../../gate/admin_refusal.ts'
import type { AdminSessionGate, AdmittedSession } from '../../gate/admin_session.ts'
import { attestation } from '../../gate/webauthn_body.ts'
import type { AdminLimits } from './admin_limits.ts'
import { type AdminRoutes, nothing, type RequestContext } from './admin_routes.ts'
import type { AdminSessionDescription } from './session_description.ts'
import type { SignInAttempts } from './sign_in_attempts.ts'

const code = z.string().regex(/^[A-Za-z0-9]{8,64}$/)
const name = z.string().max(256).default('')
const text = z.string().max(254)
const states = ['enrol_factor', 'signed_in'] as const

/**
 * Adds the routes of one-time links, whose code follows the `#` of `/admin/activate#CODE`.
 *
 * - `POST activation/link` `{ code }` → `{ kind, email, name, expires }`, without using the link up. `kind`:
 *   `owner` (choose e-mail, name and password; `email` and `name` are null), `activation` and `password`
 *   (choose a password), `factors` (type the present password). 410 `link_over`
 * - `POST activation` `{ code, password, email?, name? }` → the session, in the state `enrol_factor`, or
 *   `second_factor` for `password`. 400 `password` if it is too short or easy to guess, 401 `sign_in` if it
 *   is wrong, 410 `link_over`
 */
export function addActivationRoutes(
  routes: AdminRoutes,
  limits: AdminLimits,
  description: AdminSessionDescription,
  activation: Activation,
): void {
  routes.anyone({
    method: 'POST',
    path: 'activation/link',
    body: z.object({ code }),
    answer: async ({ body, request }) => {
      limits.countAttempt(request)
      return await activation.open(new Secret(body.code))
    },
  })

  routes.anyone({
    method: 'POST',
    path: 'activation',
    body: z.object({
      code,
      password: z.string().min(1).max(2048),
      email: text.optional(),
      name: text.optional(),
    }),
    answer: async ({ body, source, request, reply }) => {
      limits.countAttempt(request)
      const form = { ...body, password: new Secret(body.password) }
      const { token } = await activation.use(new Secret(body.code), form, source)
      return await description.open(token, request, reply)
    },
  })
}

/**
 * Adds the routes that add a second factor: the first one in the state `enrol_factor`, which signs the
 * session in, and further ones when signed in and stepped up (403 `step_up_required`). A route that adds a
 * factor answers with the session.
 *
 * - `POST factors/totp/options` → `{ secret, uri, picture }`: base32, `otpauth://`, and the QR code as SVG
 * - `POST factors/totp` `{ passcode, name? }`: 400 `wrong_code`
 * - `POST factors/passkey/options` → the options for `startRegistration` of `@simplewebauthn/browser`
 * - `POST factors/passkey` `{ attestation, name? }`: 400 `passkey`, 409 `conflict` if it is registered
 * - `POST factors/push/options` → `{ phones: [{ phone_id, name, number, username }] }`: the phones with the
 *   app of the users who have the administrator's e-mail address; the number is masked, and empty for none
 * - `POST factors/push` `{ phone_id }` → `{ code, phone }`: the code that the app asks for. 400 `push` if no
 *   push can be sent, 409 `conflict` if another administrator uses the phone
 * - `POST factors/push/status` `{ name? }` → `{ state: "waiting" }`, or the session once the phone has
 *   approved: 400 `push` if it was not approved, 409 `conflict` if no push waits
 */
export function addEnrolmentRoutes(
  routes: AdminRoutes,
  gate: AdminSessionGate,
  description: AdminSessionDescription,
  enrolment: FactorEnrolment,
  signIn: AdministratorSignIn,
  attempts: SignInAttempts,
): void {
  routes.signingIn({
    path: 'factors/totp/options',
    states,
    body: nothing,
    answer: async ({ caller, request }) => {
      await requireStepUp(caller, request)
      const { secret, uri } = await enrolment.offerTotp(caller)
      return { secret, uri, picture: renderSVG(uri, { ecc: 'M', border: 2 }) }
    },
  })

  routes.signingIn({
    path: 'factors/totp',
    states,
    body: z.object({ passcode: z.string().trim().min(1).max(64), name }),
    answer: async ({ caller, body, ...context }) => {
      await requireStepUp(caller, context.request)
      await enrolment.addTotp(caller, body.passcode, body.name)
      return await finish(caller, 'totp', context)
    },
  })

  routes.signingIn({
    path: 'factors/passkey/options',
    states,
    body: nothing,
    answer: async ({ caller, request }) => {
      await requireStepUp(caller, request)
      return await enrolment.offerPasskey(caller)
    },
  })

  routes.signingIn({
    path: 'factors/passkey',
    states,
    body: z.object({ attestation, name }),
    answer: async ({ caller, body, ...context }) => {
      await requireStepUp(caller, context.request)
      await enrolment.addPasskey(caller, body.attestation, body.name)
      return await finish(caller, 'passkey', context)
    },
  })

  routes.signingIn({
    path: 'factors/push/options',
    states,
    body: nothing,
    answer: async ({ caller, request }) => {
      await requireStepUp(caller, request)
      const phones = await enrolment.offerPush(caller)
      return {
        phones: phones.map(({ phoneId, phone, username }) => ({
          phone_id: phoneId,
          name: phone.name === '' ? phone.platform : phone.name,
          number: maskedNumber(phone.number),
          username,
        })),
      }
    },
  })

  routes.signingIn({
    path: 'factors/push',
    states,
    body: z.object({ phone_id: z.string().min(1).max(64) }),
    answer: async ({ caller, body, request }) => {
      await requireStepUp(caller, request)
      await attempts.countFactor(request, caller)
      return await enrolment.sendPush(caller, body.phone_id, gate.address(request))
    },
  })

  routes.signingIn({
    path: 'factors/push/status',
    states,
    isPoll: true,
    body: z.object({ name }),
    answer: async ({ caller, body, ...context }) => {
      await requireStepUp(caller, context.request, { isPoll: true })
      const phoneId = await enrolment.addPush(caller, body.name, context.source.address)
      if (phoneId === undefined) return { state: 'waiting' }
      return await finish(caller, `push phone=${phoneId}`, context)
    },
  })

  async function requireStepUp(
    { session }: AdmittedSession,
    request: FastifyRequest,
    use: { readonly isPoll?: boolean } = {},
  ) {
    if (session.state !== 'signed_in') return
    const { steppedUpUntil } = await gate.admit(request, use)
    if (steppedUpUntil === null) throw new AdminRefusal('step_up_required')
  }

  async function finish(
    caller: AdmittedSession,
    factor: string,
    { source, request, reply }: RequestContext,
  ): Promise<object> {
    if (caller.session.state === 'signed_in') return await description.describe(caller)
    const token = await signIn.finish(caller.session, factor, source)
    await attempts.remember(caller, request, reply)
    return await description.open(token, request, reply)
  }
}
