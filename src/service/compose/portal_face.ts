import { AuthenticationLog } from '../audit/authentication_log.ts'
import { WebauthnCredentials } from '../authenticators/passkey/webauthn_credentials.ts'
import type { ClientAddresses } from '../http/gate/client_address.ts'
import { PortalSessionGate } from '../http/gate/portal_session.ts'
import type { Face } from '../http/server/http_server.ts'
import { addPortal } from '../http/web/portal/portal.ts'
import type { PortalParts } from '../http/web/portal/portal_parts.ts'
import { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import { Acts } from '../self_service/acts.ts'
import { AppActivation } from '../self_service/app_activation.ts'
import { Enrolments } from '../self_service/enrolments.ts'
import { NumberChecks } from '../self_service/number_checks.ts'
import { OwnDevices } from '../self_service/own_devices.ts'
import { OwnHistory } from '../self_service/own_history.ts'
import { Passkeys } from '../self_service/passkeys.ts'
import { PortalApplication } from '../self_service/portal_application.ts'
import { PortalSessions } from '../self_service/portal_sessions.ts'
import { PortalSignIn } from '../self_service/portal_sign_in.ts'
import { Journal } from '../sign_in/journal.ts'
import type { Domain } from './domain.ts'

/** The routes of the portal, and the work that keeps its tables small. */
export interface PortalFace {
  readonly face: Face
  readonly tidy: () => Promise<void>
}

/** Composes `/portal/api`. */
export function composePortal(
  domain: Domain,
  clientAddresses: ClientAddresses,
  { triesPerAddress, isTrial }: { readonly triesPerAddress: number; readonly isTrial: boolean },
): PortalFace {
  const { directory, origin, ...others } = domain
  const shared = { ...others, apiHost: () => origin.host }
  const { store, delivery, administratorLog, notices, clock, log } = shared
  const sessions = new PortalSessions(store)
  const credentials = new WebauthnCredentials(store)
  const authenticationLog = new AuthenticationLog(store)
  const numberChecks = new NumberChecks(store)
  const belongings = { ...directory, credentials, delivery }
  const acts = new Acts({ store, administratorLog, notices, clock })
  const common = { ...shared, ...directory, sessions, credentials, belongings, acts }
  const activationCodes = new ActivationCodes(store)
  const enrolments = new Enrolments(common)
  const passkeys = new Passkeys(common)
  const parts: PortalParts = {
    gate: new PortalSessionGate(common),
    sessions,
    enrolments,
    passkeys,
    ownDevices: new OwnDevices({ ...common, enrolments, numberChecks, sms: delivery.sms }),
    appActivation: new AppActivation({ ...common, enrolments, activationCodes }),
    ownHistory: new OwnHistory({ ...common, activationCodes, log: authenticationLog }),
    signIn: new PortalSignIn({
      ...common,
      passkeys,
      application: new PortalApplication(store, clock),
      journal: new Journal(authenticationLog),
    }),
    triesPerAddress,
    clientAddresses,
    triesOut: isTrial,
    places: shared.places,
    delivery,
    log,
    clock,
  }
  return {
    face: (server) => addPortal(server, parts),
    tidy: async () => {
      await enrolments.tidy()
      await numberChecks.prune(clock.now())
      await activationCodes.prune(clock.now())
    },
  }
}
