import { PasskeyAssertion } from '../authenticators/passkey/passkey_assertion.ts'
import type { PortalSessionGate } from '../http/gate/portal_session.ts'
import type { PortalLimits } from '../http/web/portal/portal_limits.ts'
import type { PortalRoutes } from '../http/web/portal/portal_routes.ts'
import type { SessionDescription } from '../http/web/portal/session_description.ts'
import { addPasskeySignInRoutes, addSignInRoutes } from '../http/web/portal/sign_in_routes.ts'
import { addTestPushRoutes } from '../http/web/portal/test_push_routes.ts'
import { PortalApplication } from '../self_service/portal_application.ts'
import { EnrolledSignIn } from '../self_service/sign_in/enrolled_sign_in.ts'
import { PasscodeSignIn } from '../self_service/sign_in/passcode_sign_in.ts'
import { PasskeyApproval } from '../self_service/sign_in/passkey_approval.ts'
import { PasskeySignIn } from '../self_service/sign_in/passkey_sign_in.ts'
import { PortalRequests } from '../self_service/sign_in/portal_requests.ts'
import { PushSignIn } from '../self_service/sign_in/push_sign_in.ts'
import { SignInSessions } from '../self_service/sign_in/sign_in_sessions.ts'
import { TestPush } from '../self_service/sign_in/test_push.ts'
import type { Domain } from './domain.ts'
import type { SelfService } from './self_service.ts'

/** Adds the routes of the sign-in to the portal. */
export function addSignIn(
  routes: PortalRoutes,
  gate: PortalSessionGate,
  limits: PortalLimits,
  description: SessionDescription,
  { store, directory, policyLimits, signIn, transactions, devices, clock, log }: Domain,
  { sessions: portalSessions, enrolments, credentials, challenges, relyingParty }: SelfService,
): void {
  const { users, groups, phones } = directory
  const { preauth, auth, journal } = signIn
  const application = new PortalApplication(store, policyLimits, clock)
  const requests = new PortalRequests(store.db, application, users, groups)
  const sessions = new SignInSessions(store, portalSessions, clock)
  addSignInRoutes(routes, gate, limits, description, {
    sessions,
    passcode: new PasscodeSignIn(requests, sessions, auth, log),
    push: new PushSignIn(store.db, requests, sessions, preauth, auth, transactions, users, log),
    enrolled: new EnrolledSignIn(enrolments, requests, preauth, sessions),
  })
  addTestPushRoutes(
    routes,
    limits,
    new TestPush(
      store.db,
      enrolments,
      requests,
      sessions,
      preauth,
      auth,
      transactions,
      phones,
      devices,
    ),
  )
  const assertion = new PasskeyAssertion(store.db, credentials, relyingParty)
  const approval = new PasskeyApproval(store, credentials, users, journal, clock)
  const passkeys = new PasskeySignIn(assertion, challenges, requests, preauth, approval, sessions)
  addPasskeySignInRoutes(routes, gate, limits, sessions, passkeys)
}
