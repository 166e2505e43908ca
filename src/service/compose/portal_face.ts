import type { ClientAddresses } from '../http/gate/client_address.ts'
import { PortalSessionGate } from '../http/gate/portal_session.ts'
import type { Face } from '../http/server/http_server.ts'
import { addPortal } from '../http/web/portal/portal.ts'
import { PortalLimits } from '../http/web/portal/portal_limits.ts'
import { PortalRoutes } from '../http/web/portal/portal_routes.ts'
import {
  type ServiceDescription,
  SessionDescription,
} from '../http/web/portal/session_description.ts'
import { addSessionRoutes } from '../http/web/portal/session_routes.ts'
import { PortalApplication } from '../self_service/portal_application.ts'
import type { Domain } from './domain.ts'
import { addOwnDevices } from './portal_devices.ts'
import { addSignIn } from './portal_sign_in.ts'
import { composeSelfService } from './self_service.ts'

/** The routes of the portal, and the work that keeps its tables small. */
export interface PortalFace {
  readonly face: Face
  readonly tidy: () => Promise<void>
}

/**
 * Composes `/portal/api`.
 *
 * @param options.triesPerAddress Sign-ins and invitations that one address may try in five minutes.
 */
export function composePortal(
  domain: Domain,
  clientAddresses: ClientAddresses,
  { triesPerAddress, testMode }: { readonly triesPerAddress: number; readonly testMode: boolean },
): PortalFace {
  const { organisation, directory, delivery, origin, clock, log } = domain
  const own = composeSelfService(domain)
  const { sessions, enrolments, belongings } = own
  const gate = new PortalSessionGate(
    domain.store.db,
    sessions,
    enrolments,
    directory.users,
    directory.groups,
    () => origin.host,
    clock,
  )
  const application = new PortalApplication(domain.store, domain.policyLimits, clock)
  const limits = new PortalLimits(triesPerAddress, clientAddresses, clock)
  const ways = { push: delivery.push !== undefined, sms: delivery.sms !== undefined }
  const service: ServiceDescription = {
    get organisation() {
      const { name, logoPath, helpText } = organisation
      return { name, logo: logoPath, help: helpText }
    },
    ways,
    testMode,
  }
  const description = new SessionDescription(
    service,
    enrolments,
    belongings,
    application,
    domain.signIn.fraudAlert,
  )
  return {
    face: (server) =>
      addPortal(server, log, (portal) => {
        const routes = new PortalRoutes(portal, gate, limits, clientAddresses)
        addSessionRoutes(routes, gate, limits, description, enrolments, sessions, domain.store.db)
        addSignIn(routes, gate, limits, description, domain, own)
        addOwnDevices(routes, domain, own)
      }),
    tidy: async () => {
      await enrolments.tidy()
      await own.numberChecks.prune(clock.now())
      await own.authenticatorSetups.prune(clock.now())
      await own.activationCodes.prune(clock.now())
    },
  }
}
