import { Integrations } from '../applications/integrations.ts'
import { RelyingParty } from '../authenticators/passkey/relying_party.ts'
import type { WebauthnCredentials } from '../authenticators/passkey/webauthn_credentials.ts'
import { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import { Acts } from '../self_service/acts.ts'
import { AuthenticatorSetups } from '../self_service/devices/authenticator_setups.ts'
import type { OwnBelongings } from '../self_service/devices/belongings.ts'
import { NumberChecks } from '../self_service/devices/number_checks.ts'
import { Enrolments } from '../self_service/enrolments.ts'
import { LoginLinks } from '../self_service/login_links.ts'
import { PasskeyChallenges } from '../self_service/passkey_challenges.ts'
import { PortalSessions } from '../self_service/portal_sessions.ts'
import type { Domain } from './domain.ts'

/** What the routes of the portal share. */
export interface SelfService {
  readonly acts: Acts
  readonly sessions: PortalSessions
  readonly credentials: WebauthnCredentials
  readonly challenges: PasskeyChallenges
  readonly relyingParty: RelyingParty
  readonly belongings: OwnBelongings
  readonly enrolments: Enrolments
  readonly activationCodes: ActivationCodes
  readonly numberChecks: NumberChecks
  readonly authenticatorSetups: AuthenticatorSetups
}

/** Composes what users do with their own devices. */
export function composeSelfService(domain: Domain): SelfService {
  const { store, directory, invitations, invitationUse, administratorLog, notices, clock } = domain
  const { credentials, belongings } = domain
  const sessions = new PortalSessions(store)
  return {
    acts: new Acts(store, administratorLog, notices, clock),
    sessions,
    credentials,
    challenges: new PasskeyChallenges(store, sessions),
    relyingParty: new RelyingParty(() => domain.origin.host, domain.organisation),
    belongings,
    enrolments: new Enrolments(
      store,
      directory.users,
      invitations,
      sessions,
      belongings,
      invitationUse,
      new LoginLinks(store.db, new Integrations(store), domain.signIn.preauth),
      clock,
    ),
    activationCodes: new ActivationCodes(store),
    numberChecks: new NumberChecks(store),
    authenticatorSetups: new AuthenticatorSetups(store),
  }
}
