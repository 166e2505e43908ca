import type { Clock } from '../host/clock.ts'
import type { Log } from '../host/log.ts'
import { PortalSessions } from './access/portal_sessions.ts'
import type { Authentication } from './authentication/authentication.ts'
import { Journal } from './authentication/journal.ts'
import type { Directory } from './authentication/subject.ts'
import type { Delivery } from './delivery/delivery.ts'
import { WebauthnCredentials } from './directory/webauthn_credentials.ts'
import type { Activation } from './enrollment/activation.ts'
import { ActivationCodes } from './enrollment/activation_codes.ts'
import type { Invitations } from './enrollment/invitations.ts'
import type { AdministratorLog } from './event_log/administrator_log.ts'
import { AuthenticationLog } from './event_log/authentication_log.ts'
import type { ClientAddresses } from './http/gate/client_address.ts'
import { PortalSessionGate } from './http/gate/portal_session.ts'
import type { PortalParts } from './http/portal/portal_parts.ts'
import { Acts } from './self_service/acts.ts'
import { AppActivation } from './self_service/app_activation.ts'
import { Enrolments } from './self_service/enrolments.ts'
import type { NoticeMail } from './self_service/notice_mail.ts'
import { NumberChecks } from './self_service/number_checks.ts'
import { OwnDevices } from './self_service/own_devices.ts'
import { OwnHistory } from './self_service/own_history.ts'
import { Passkeys } from './self_service/passkeys.ts'
import { PortalApplication } from './self_service/portal_application.ts'
import { PortalSignIn } from './self_service/portal_sign_in.ts'
import type { Store } from './store/store.ts'
import type { Transactions } from './transaction/transactions.ts'

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
export function portalOf(
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
