import { readFileSync } from 'node:fs'
import { addAuthApi } from '../http/api/auth_v2/auth_api.ts'
import { addRestV1 } from '../http/api/rest_v1/rest_v1.ts'
import type { Health } from '../http/server/health.ts'
import type { Face } from '../http/server/http_server.ts'
import { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import { Enrollment } from '../people/enrolment/enrolment.ts'
import { PortalLinks } from '../people/enrolment/portal_links.ts'
import type { Domain } from './domain.ts'

/** Composes the APIs whose requests applications sign: `/auth/v2` and `/rest/v1`. */
export function composeAuthApis(
  { store, directory, invitations, authentication, origin, clock }: Domain,
  health: Health,
  logoFile: string | undefined,
): Face[] {
  const { users, bypassCodes } = directory
  const api = {
    canDecide: () => health.canDecide(),
    authentication,
    enrollment: new Enrollment(store, users, bypassCodes, new ActivationCodes(store), clock),
    portalLinks: new PortalLinks(store, users, invitations, () => origin.url, clock),
    logo: logoFile === undefined ? undefined : readFileSync(logoFile),
    apiHost: () => origin.host,
    clock,
  }
  return [
    (server, gates) => addAuthApi(server, gates, api),
    (server, gates) => addRestV1(server, gates, api),
  ]
}
