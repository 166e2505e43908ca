import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import type { AdministratorLog } from '../audit/administrator_log.ts'
import { AuthenticationLog } from '../audit/authentication_log.ts'
import { WebauthnCredentials } from '../authenticators/passkey/webauthn_credentials.ts'
import type { ClientAddresses } from '../http/gate/client_address.ts'
import { PortalSessionGate } from '../http/gate/portal_session.ts'
import type { PortalParts } from '../http/web/portal/portal_parts.ts'
import type { Delivery } from '../messaging/messaging.ts'
import type { Activation } from '../people/enrolment/activation.ts'
import { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import type { Invitations } from '../people/enrolment/invitations.ts'
import { Acts } from '../self_service/acts.ts'
import { AppActivation } from '../self_service/app_activation.ts'
import { Enrolments } from '../self_service/enrolments.ts'
import type { NoticeMail } from '../self_service/notice_mail.ts'
import { NumberChecks } from '../self_service/number_checks.ts'
import { OwnDevices } from '../self_service/own_devices.ts'
import { OwnHistory } from '../self_service/own_history.ts'
import { Passkeys } from '../self_service/passkeys.ts'
import { PortalApplication } from '../self_service/portal_application.ts'
import { PortalSessions } from '../self_service/portal_sessions.ts'
import { PortalSignIn } from '../self_service/portal_sign_in.ts'
import type { Authentication } from '../sign_in/authentication.ts'
import { Journal } from '../sign_in/journal.ts'
import type { Directory } from '../sign_in/subject.ts'
import type { Transactions } from '../sign_in/transaction/transactions.ts'
import type { Store } from '../store/store.ts'

export interface PortalComposition {
  readonly store: Store
  readonly directory: Directory
  readonly authentication: Authentication
  readonly transactions: Transactions
  readonly activation: Activation
  readonly invitations: Invitations
  readonly administratorLog: AdministratorLog
  readonly notices: NoticeMail
  readonly delivery: Delivery
  readonly places: PortalParts['places']
  readonly triesPerAddress: number
  readonly clientAddresses: ClientAddresses
  readonly triesOut: boolean
  readonly apiHost: () => string
  readonly clock: Clock
  readonly log: Log
}

/** Composes the portal and its upkeep. */
export function composePortal(
  composition: PortalComposition,
): PortalParts & { readonly tidy: () => Promise<void> } {
  const { directory, ...shared } = composition
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
  return {
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
      application: new PortalApplication(store, administratorLog, clock),
      journal: new Journal(authenticationLog),
    }),
    triesPerAddress: shared.triesPerAddress,
    clientAddresses: shared.clientAddresses,
    triesOut: shared.triesOut,
    places: shared.places,
    delivery,
    log,
    clock,
    tidy: async () => {
      await enrolments.tidy()
      await numberChecks.prune(clock.now())
      await activationCodes.prune(clock.now())
    },
  }
}
