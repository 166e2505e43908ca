import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import { Secret } from '../../../../host/secret.ts'
import type { AdministratorSessions } from '../../../administrators/sessions.ts'
import type { AdministratorSignIn } from '../../../administrators/sign_in.ts'
import type { StoreDb } from '../../../store/store.ts'
import type { AdminSessionGate } from '../../gate/admin_session.ts'
import { assertion } from '../../gate/webauthn_body.ts'
import type { AdminLimits } from './admin_limits.ts'
import { type AdminRoutes, nothing } from './admin_routes.ts'
import type { AdminSessionDescription } from './session_description.ts'
import type { SignInAttempts } from './sign_in_attempts.ts'

const credentials = z.object({
  email: z.string().trim().min(1).max(254),
  password: z.string().min(1).max(1024),
})
const passcode = z.object({ passcode: z.string().trim().min(1).max(64) })

/** The second factor of a sign-in and that of a step-up are the same requests. */
const factorPaths = [
  ['sign-in', 'second_factor'],
  ['step-up', 'signed_in'],
] as const

/**
 * Adds the routes of the session and of the sign-in. All answer with the session, as
 * `AdminSessionDescription` describes it, unless an answer is given here. Proving a factor gives the session
 * a new token.
 *
 * - `GET session`
 * - `POST sign-in` `{ email, password }`: 401 `sign_in`, 403 `no_factor`, 429 `too_many`
 * - `POST sign-in/totp` and `POST step-up/totp` `{ passcode }`: 400 `wrong_code`
 * - `POST sign-in/passkey/options` and `POST step-up/passkey/options` → the options for
 *   `startAuthentication` of `@simplewebauthn/browser`
 * - `POST sign-in/passkey` and `POST step-up/passkey` `{ assertion }`: 400 `passkey`
 * - `POST sign-in/push` and `POST step-up/push` `{ factor_id? }` → `{ code, phone }`: the code that the app
 *   asks for, and the name of the phone. 400 `push` if no push can be sent, with the reason
 * - `POST sign-in/push/status` and `POST step-up/push/status` → `{ state: "waiting" }`, or the session once
 *   the phone has approved: 400 `push` if it was not approved, 409 `conflict` if no push waits
 * - `POST sign-out`
 */
export function addSessionRoutes(
  routes: AdminRoutes,
  gate: AdminSessionGate,
  limits: AdminLimits,
  attempts: SignInAttempts,
  description: AdminSessionDescription,
  signIn: AdministratorSignIn,
  sessions: AdministratorSessions,
  clock: Clock,
  db: StoreDb,
): void {
  routes.anyone({
    method: 'GET',
    path: 'session',
    body: nothing,
    answer: async ({ caller }) => await description.describe(caller),
  })

  routes.anyone({
    method: 'POST',
    path: 'sign-in',
    body: credentials,
    answer: async ({ caller, body, source, request, reply }) => {
      const password = new Secret(body.password)
      const { token } = await attempts.password({ request, source }, body.email, (isKnown) =>
        signIn.begin(body.email, password, source, { isKnown }),
      )
      // a token that someone planted in this browser must not survive a sign-in
      if (caller !== undefined) {
        await sessions.end(caller.session, { reason: 'replaced', now: clock.now() }, db)
      }
      return await description.open(token, request, reply)
    },
  })

  for (const [path, state] of factorPaths) {
    const states = [state]

    routes.signingIn({
      path: `${path}/totp`,
      states,
      body: passcode,
      answer: async ({ caller, body, source, request, reply }) => {
        const token = await attempts.factor({ request, source }, caller, 'totp', () =>
          signIn.checkTotp(caller.session, body.passcode, source),
        )
        await attempts.remember(caller, request, reply)
        return await description.open(token, request, reply)
      },
    })

    routes.signingIn({
      path: `${path}/passkey/options`,
      states,
      body: nothing,
      answer: async ({ caller, request }) => {
        limits.countAttempt(request)
        return await signIn.passkeyOptions(caller.session)
      },
    })

    routes.signingIn({
      path: `${path}/passkey`,
      states,
      body: z.object({ assertion }),
      answer: async ({ caller, body, source, request, reply }) => {
        const token = await attempts.factor({ request, source }, caller, 'passkey', () =>
          signIn.checkPasskey(caller.session, body.assertion, source),
        )
        await attempts.remember(caller, request, reply)
        return await description.open(token, request, reply)
      },
    })

    routes.signingIn({
      path: `${path}/push`,
      states,
      body: z.object({ factor_id: z.string().max(64).optional() }),
      answer: async ({ caller, body, source, request }) =>
        await attempts.factor({ request, source }, caller, 'push', () =>
          signIn.sendPush(caller, body.factor_id, gate.address(request)),
        ),
    })

    routes.signingIn({
      path: `${path}/push/status`,
      states,
      isPoll: true,
      body: nothing,
      answer: async ({ caller, source, request, reply }) => {
        const token = await attempts.answer({ source }, caller, () =>
          signIn.checkPush(caller, source),
        )
        if (token === undefined) return { state: 'waiting' }
        await attempts.remember(caller, request, reply)
        return await description.open(token, request, reply)
      },
    })
  }

  routes.anyone({
    method: 'POST',
    path: 'sign-out',
    body: nothing,
    answer: async ({ caller, reply }) => {
      if (caller !== undefined) {
        await sessions.end(caller.session, { reason: 'signed_out', now: clock.now() }, db)
      }
      gate.clear(reply)
      return await description.describe(undefined)
    },
  })
}
