import type { InvitationMailer } from '../administration/acts/invitations.ts'
import type { SmsBatches } from '../authenticators/sms/sms_batches.ts'
import { absentEndpoints } from '../http/api/admin/absent.ts'
import { AdminApi } from '../http/api/admin/admin_api.ts'
import { adminChangeEndpoints } from '../http/api/admin/admin_changes.ts'
import type { BuildLinkMail } from '../http/api/admin/admin_object.ts'
import { adminEndpoints } from '../http/api/admin/admins.ts'
import { bulkEndpoint } from '../http/api/admin/bulk.ts'
import { bypassCodeEndpoints } from '../http/api/admin/bypass_codes.ts'
import type { Endpoint } from '../http/api/admin/endpoint.ts'
import { groupEndpoints } from '../http/api/admin/groups.ts'
import { infoEndpoints } from '../http/api/admin/info.ts'
import { integrationEndpoints } from '../http/api/admin/integrations.ts'
import { logoEndpoints } from '../http/api/admin/logo.ts'
import { logEndpoints } from '../http/api/admin/logs.ts'
import { buildOpenApi } from '../http/api/admin/openapi.ts'
import { phoneMessageEndpoints } from '../http/api/admin/phone_messages.ts'
import { PhoneObjects } from '../http/api/admin/phone_object.ts'
import { phoneEndpoints } from '../http/api/admin/phones.ts'
import { policyEndpoints } from '../http/api/admin/policies.ts'
import { settingsEndpoints } from '../http/api/admin/settings.ts'
import { tokenEndpoints } from '../http/api/admin/tokens.ts'
import { userBypassCodeEndpoints } from '../http/api/admin/user_bypass_codes.ts'
import { userDeviceEndpoints } from '../http/api/admin/user_devices.ts'
import { userEnrolmentEndpoints } from '../http/api/admin/user_enrolment.ts'
import { UserObjects } from '../http/api/admin/user_object.ts'
import { userEndpoints } from '../http/api/admin/users.ts'
import { verificationPushEndpoints } from '../http/api/admin/verification_push.ts'
import { webauthnEndpoints } from '../http/api/admin/webauthn.ts'
import type { ClientAddresses } from '../http/gate/client_address.ts'
import type { Face } from '../http/server/http_server.ts'
import { administratorLinkMail } from '../self_service/notices.ts'
import type { VerificationPush } from '../sign_in/verification_push.ts'
import type { Domain } from './domain.ts'
import { composeInvitationMailer } from './invitation_mailer.ts'

/** What the endpoints work with. */
export interface AdminApiParts
  extends Pick<Domain, 'store' | 'delivery' | 'policyLimits' | 'settings'> {
  readonly smsBatches: Pick<SmsBatches, 'send'>
  readonly verificationPush: Pick<VerificationPush, 'send' | 'answer'>
  /** Host name, with its port unless that is 443. */
  readonly publicHost: () => string
  /** `https://HOST[:PORT]`, as browsers reach the panel. */
  readonly adminUrl: () => string
  readonly linkMail: BuildLinkMail
  /** The organisation's logo, as PNG. */
  readonly logo: () => Uint8Array | undefined
  /** `undefined` if no mail can be sent. */
  readonly sendInvitation: InvitationMailer | undefined
}

/** The Admin API, and its OpenAPI document. */
export interface AdminApiFace {
  readonly face: Face
  readonly document: () => object
}

/** Composes the Admin API: `/admin/v1`, `/admin/v2` and `/admin/v3`. */
export function composeAdminApi(domain: Domain, clientAddresses: ClientAddresses): AdminApiFace {
  const { store, organisation, origin, signIn, clock } = domain
  const { smsBatches, verificationPush } = signIn
  const endpoints = adminApiEndpoints({
    ...domain,
    smsBatches,
    verificationPush,
    publicHost: () => origin.host,
    logo: () => organisation.logo?.png,
    adminUrl: () => origin.adminUrl,
    linkMail: ({ email, name }, link) => administratorLinkMail(email, name, link, organisation),
    sendInvitation: composeInvitationMailer(domain),
  })
  const api = new AdminApi(endpoints, store, clientAddresses, clock)
  return {
    face: (server, gates) => api.addTo(server, gates),
    document: () => buildOpenApi(endpoints, origin.url),
  }
}

export function adminApiEndpoints(parts: AdminApiParts): readonly Endpoint[] {
  const { store, delivery, policyLimits, settings, smsBatches, publicHost } = parts
  const phoneObjects = new PhoneObjects(store, delivery)
  const users = [
    ...userEndpoints(new UserObjects(store, phoneObjects)),
    ...userDeviceEndpoints(store, phoneObjects),
  ]
  return [
    ...users,
    bulkEndpoint(users),
    ...userEnrolmentEndpoints(parts.sendInvitation),
    ...verificationPushEndpoints(parts.verificationPush, delivery),
    ...userBypassCodeEndpoints(store),
    ...groupEndpoints,
    ...phoneEndpoints(phoneObjects),
    ...phoneMessageEndpoints(phoneObjects, delivery, smsBatches, publicHost),
    ...tokenEndpoints(store),
    ...bypassCodeEndpoints(store),
    ...webauthnEndpoints,
    ...integrationEndpoints(store),
    ...policyEndpoints(store, policyLimits),
    ...logEndpoints(store),
    ...infoEndpoints(store),
    ...settingsEndpoints(settings),
    ...adminEndpoints(delivery.mail, parts.linkMail, parts.adminUrl),
    ...adminChangeEndpoints(delivery.mail, parts.linkMail, parts.adminUrl),
    ...logoEndpoints(parts.logo),
    ...absentEndpoints,
  ]
}
