import { Integrations } from '../applications/integrations.ts'
import { ProofProtocols } from '../applications/proof_protocols.ts'
import { addAuthApi } from '../http/api/auth_v2/auth_api.ts'
import { buildEnrolEndpoints } from '../http/api/auth_v2/enrol_endpoints.ts'
import { MessageSessions } from '../http/api/auth_v2/message_sessions.ts'
import { takeProxyReports } from '../http/api/auth_v2/proxy_report.ts'
import { buildServiceEndpoints } from '../http/api/auth_v2/service_endpoints.ts'
import { buildSignInEndpoints } from '../http/api/auth_v2/sign_in_endpoints.ts'
import { buildRestV1Endpoints } from '../http/api/rest_v1/endpoints.ts'
import { addRestV1 } from '../http/api/rest_v1/rest_v1.ts'
import type { ClientAddresses } from '../http/gate/client_address.ts'
import type { Health } from '../http/server/health.ts'
import type { Face } from '../http/server/http_server.ts'
import { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import { Enrollment } from '../people/enrolment/enrolment.ts'
import { PortalLinks } from '../people/enrolment/portal_links.ts'
import type { Domain } from './domain.ts'

/** Composes the APIs whose requests applications sign: `/auth/v2` and `/rest/v1`. */
export function composeAuthApis(
  { store, organisation, directory, invitations, signIn, origin, clock, log }: Domain,
  clientAddresses: ClientAddresses,
  health: Health,
): { readonly faces: Face[]; readonly messages: MessageSessions } {
  const { users, bypassCodes } = directory
  const { preauth, auth, authStatus } = signIn
  const portalLinks = new PortalLinks(store, users, invitations, () => origin.url, clock)
  const codes = new ActivationCodes(store)
  const enrollment = new Enrollment(store, users, bypassCodes, codes, clock)
  const proofProtocols = new ProofProtocols(new Integrations(store), store.db, clock)
  const canDecide = () => health.canDecide()
  const logo = () => organisation.logo?.png
  const authV2 = [
    ...buildServiceEndpoints(canDecide, logo, clock),
    ...buildEnrolEndpoints(preauth, enrollment, portalLinks, () => origin.host),
    ...buildSignInEndpoints({ preauth, auth, authStatus, portalLinks, proofProtocols, clock }),
  ]
  const restV1 = buildRestV1Endpoints(preauth, auth, authStatus, portalLinks, canDecide, logo)
  const takeReport = takeProxyReports(store, clientAddresses, clock)
  const messages = new MessageSessions(authV2, log)
  const faces: Face[] = [
    (server, gates) => addAuthApi(server, gates, authV2, takeReport, messages, clock),
    (server, gates) => addRestV1(server, gates, restV1),
  ]
  return { faces, messages }
}
