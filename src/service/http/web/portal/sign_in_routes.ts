import * as z from 'zod'
import type { EnrolledSignIn } from '../../../self_service/sign_in/enrolled_sign_in.ts'
import type { PasscodeSignIn } from '../../../self_service/sign_in/passcode_sign_in.ts'
import type { PasskeySignIn } from '../../../self_service/sign_in/passkey_sign_in.ts'
import type { PushSignIn } from '../../../self_service/sign_in/push_sign_in.ts'
import type { SignInSessions } from '../../../self_service/sign_in/sign_in_sessions.ts'
import type { PortalSessionGate } from '../../gate/portal_session.ts'
import { assertion } from '../../gate/webauthn_body.ts'
import type { PortalLimits } from './portal_limits.ts'
import { emptyBody, type PortalRoutes } from './portal_routes.ts'
import type { SessionDescription } from './session_description.ts'

const username = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^\P{C}+$/u)
const passcode = z.string().trim().min(1).max(64)
/** Adds the routes that begin a sign-in, check its passcode or push, and sign in after an enrolment. */
export function addSignInRoutes(
  routes: PortalRoutes,
  gate: PortalSessionGate,
  limits: PortalLimits,
  description: SessionDescription,
  signIns: {
    readonly sessions: SignInSessions
    readonly passcode: PasscodeSignIn
    readonly push: PushSignIn
    readonly enrolled: EnrolledSignIn
  },
): void {
  const { sessions, passcode: passcodeSignIn, push, enrolled } = signIns

  routes.anyone('POST', 'sign-in', z.object({ username }), async (call) => {
    limits.countAttempt(call.request, call.body.username)
    const { token } = await sessions.begin(call.body.username, call.caller?.session, call.address)
    gate.setCookie(call.reply, token)
    return { kind: 'sign_in', username: call.body.username, ...description.service() }
  })

  routes.signingIn('sign-in/passcode', z.object({ passcode }), async ({ caller, ...call }) => {
    limits.countAttempt(call.request, caller.username)
    gate.setCookie(call.reply, await passcodeSignIn.check(caller, call.body.passcode))
    return { kind: 'signed_in' }
  })

  routes.signingIn('sign-in/push', emptyBody, async ({ caller, request }) => {
    limits.countAttempt(request, caller.username)
    return { code: await push.send(caller) }
  })

  routes.signingIn('sign-in/push/status', emptyBody, async ({ caller, reply }) => {
    const status = await push.status(caller)
    if (status.kind === 'signed_in') gate.setCookie(reply, status.token)
    return { kind: status.kind }
  })

  routes.signingIn('sign-in/sms', emptyBody, async ({ caller, request }) => {
    limits.countAttempt(request, caller.username)
    await passcodeSignIn.sendSms(caller)
    return { kind: 'sent' }
  })

  routes.addingDevice('POST', 'enrolment/finish', emptyBody, async ({ caller, reply }) => {
    const token = await enrolled.finish(caller)
    if (token === undefined) gate.clearCookie(reply)
    else gate.setCookie(reply, token)
    return { kind: token === undefined ? 'finished' : 'signed_in' }
  })
}

/** Adds the routes for a sign-in with a passkey, which needs no username. */
export function addPasskeySignInRoutes(
  routes: PortalRoutes,
  gate: PortalSessionGate,
  limits: PortalLimits,
  sessions: SignInSessions,
  passkeys: PasskeySignIn,
): void {
  routes.anyone('POST', 'sign-in/passkey/options', emptyBody, async (call) => {
    limits.countAttempt(call.request, '')
    const before = call.caller?.session
    if (before?.kind === 'sign_in') return await passkeys.options(before.tokenHash)
    const { token, tokenHash } = await sessions.begin('', before, call.address)
    gate.setCookie(call.reply, token)
    return await passkeys.options(tokenHash)
  })

  routes.signingIn('sign-in/passkey', z.object({ assertion }), async ({ caller, ...call }) => {
    limits.countAttempt(call.request, '')
    const token = await passkeys.signIn(caller, call.body.assertion)
    gate.setCookie(call.reply, token)
    return { kind: 'signed_in' }
  })
}
