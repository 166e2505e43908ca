import { AuthenticationLog } from '../audit/authentication_log.ts'
import { addAuthenticatorRoutes } from '../http/web/portal/authenticator_routes.ts'
import {
  addDeviceRoutes,
  addPhoneRoutes,
  addRecoveryRoutes,
} from '../http/web/portal/device_routes.ts'
import { addHistoryRoutes } from '../http/web/portal/history_routes.ts'
import { addPasskeyRoutes } from '../http/web/portal/passkey_routes.ts'
import type { PortalRoutes } from '../http/web/portal/portal_routes.ts'
import { AppActivation } from '../self_service/devices/app_activation.ts'
import { AuthenticatorApps } from '../self_service/devices/authenticator_apps.ts'
import { NumberCodes } from '../self_service/devices/number_codes.ts'
import { NumberEnrolment } from '../self_service/devices/number_enrolment.ts'
import { OwnPasskeys } from '../self_service/devices/own_passkeys.ts'
import { OwnPhones } from '../self_service/devices/own_phones.ts'
import { PasskeyRegistration } from '../self_service/devices/passkey_registration.ts'
import { RecoveryCodes } from '../self_service/devices/recovery_codes.ts'
import { OwnHistory } from '../self_service/own_history.ts'
import { OwnSessions } from '../self_service/own_sessions.ts'
import type { Domain } from './domain.ts'
import type { SelfService } from './self_service.ts'

/** Adds the routes for devices, passkeys, recovery codes and past sign-ins. */
export function addOwnDevices(routes: PortalRoutes, domain: Domain, own: SelfService): void {
  const { store, directory, signIn, activation, delivery, places, origin } = domain
  const { clock, log } = domain
  const { users, phones, bypassCodes } = directory
  const { acts, belongings, enrolments, credentials, numberChecks } = own
  addDeviceRoutes(routes, new OwnPhones(acts, users, phones, belongings), belongings, enrolments)
  addPhoneRoutes(
    routes,
    new NumberCodes(store.db, numberChecks, phones, delivery.sms, domain.organisation, clock, log),
    new NumberEnrolment(acts, numberChecks, enrolments, users, phones, clock),
    new AppActivation(acts, enrolments, activation, () => origin.host),
  )
  addAuthenticatorRoutes(
    routes,
    new AuthenticatorApps(
      acts,
      own.authenticatorSetups,
      enrolments,
      users,
      directory.tokens,
      belongings,
      async () => domain.organisation.name,
      clock,
    ),
    belongings,
    enrolments,
  )
  addRecoveryRoutes(routes, new RecoveryCodes(acts, bypassCodes), enrolments)
  addPasskeyRoutes(
    routes,
    new PasskeyRegistration(store.db, acts, credentials, own.challenges, own.relyingParty),
    new OwnPasskeys(acts, users, credentials, belongings),
    belongings,
    enrolments,
  )
  addHistoryRoutes(
    routes,
    new OwnHistory(store.db, new AuthenticationLog(), signIn.fraudReports, users, clock),
    new OwnSessions(acts, own.sessions, own.activationCodes),
    places,
  )
}
