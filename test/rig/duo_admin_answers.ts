import {
  emptyList,
  integer,
  listOf,
  nothing,
  nullable,
  object,
  oneOf,
  type Shape,
  text,
} from './answer_shape.ts'
import * as log from './duo_admin_log_reference.ts'
import * as duo from './duo_admin_reference.ts'

/** What an endpoint answers. */
interface Reference {
  readonly response: Shape
  /** Whether the envelope has paging metadata. */
  readonly paged: boolean
}

const one = (response: Shape): Reference => ({ response, paged: false })
const page = (item: Shape): Reference => ({ response: listOf(item), paged: true })
const emptyPage: Reference = { response: emptyList, paged: true }
const empty = one(nothing)

const user = '/admin/v1/users/:user_id'
const phone = '/admin/v1/phones/:phone_id'
const admin = '/admin/v1/admins/:admin_id'

const integrations = (version: string): Readonly<Record<string, Reference>> => ({
  [`GET /admin/${version}/integrations`]: page(duo.integration),
  [`POST /admin/${version}/integrations`]: one(duo.integration),
  [`GET /admin/${version}/integrations/:integration_key`]: one(duo.integration),
  [`POST /admin/${version}/integrations/:integration_key`]: one(duo.integration),
  [`GET /admin/${version}/integrations/:integration_key/skey`]: one(duo.secretKey),
  [`DELETE /admin/${version}/integrations/:integration_key`]: empty,
})

/** The answer of every endpoint that is JSON, by method and path. */
const answers: Readonly<Record<string, Reference>> = {
  'GET /admin/v1/users': page(duo.user),
  'POST /admin/v1/users': one(duo.user),
  'POST /admin/v1/users/bulk_create': one(listOf(duo.user)),
  'POST /admin/v1/users/bulk_send_to_trash': one(listOf(duo.user)),
  'POST /admin/v1/users/bulk_restore': one(listOf(duo.user)),
  'POST /admin/v1/users/enroll': empty,
  [`GET ${user}`]: one(duo.user),
  [`POST ${user}`]: one(duo.user),
  [`DELETE ${user}`]: empty,
  [`GET ${user}/groups`]: page(duo.groupV2),
  [`POST ${user}/groups`]: empty,
  [`DELETE ${user}/groups/:group_id`]: empty,
  [`GET ${user}/phones`]: page(duo.phoneOfUser),
  [`POST ${user}/phones`]: empty,
  [`DELETE ${user}/phones/:phone_id`]: empty,
  [`GET ${user}/tokens`]: page(duo.tokenOfUser),
  [`POST ${user}/tokens`]: empty,
  [`DELETE ${user}/tokens/:token_id`]: empty,
  [`GET ${user}/bypass_codes`]: page(duo.bypassCode),
  [`POST ${user}/bypass_codes`]: one(listOf(text)),
  [`GET ${user}/webauthncredentials`]: page(duo.credentialOfUser),
  [`GET ${user}/u2ftokens`]: emptyPage,
  [`GET ${user}/desktoptokens`]: emptyPage,
  [`GET ${user}/desktopauthenticators`]: emptyPage,
  [`POST ${user}/send_verification_push`]: one(duo.verificationPush),
  [`GET ${user}/verification_push_response`]: one(duo.verificationAnswer),
  'POST /admin/v1/bulk': one(listOf(duo.bulkResult)),

  'GET /admin/v1/groups': page(duo.groupV1),
  'POST /admin/v1/groups': one(duo.groupV1),
  'GET /admin/v1/groups/:group_id': one(duo.groupV1),
  'POST /admin/v1/groups/:group_id': one(duo.groupV1),
  'DELETE /admin/v1/groups/:group_id': empty,
  'GET /admin/v2/groups/:group_id': one(duo.groupV2),
  'GET /admin/v2/groups/:group_id/users': page(duo.member),

  'GET /admin/v1/phones': page(duo.phone),
  'POST /admin/v1/phones': one(duo.phone),
  [`GET ${phone}`]: one(duo.phone),
  [`POST ${phone}`]: one(duo.phone),
  [`DELETE ${phone}`]: empty,
  [`POST ${phone}/activation_url`]: one(duo.activation),
  [`POST ${phone}/send_sms_activation`]: one(duo.sentActivation),
  [`POST ${phone}/send_sms_installation`]: one(duo.sentInstallation),
  [`POST ${phone}/send_sms_passcodes`]: empty,

  'GET /admin/v1/tokens': page(duo.token),
  'POST /admin/v1/tokens': one(duo.token),
  'GET /admin/v1/tokens/:token_id': one(duo.token),
  'POST /admin/v1/tokens/:token_id/resync': empty,
  'DELETE /admin/v1/tokens/:token_id': empty,

  'GET /admin/v1/bypass_codes': page(duo.bypassCode),
  'GET /admin/v1/bypass_codes/:bypass_code_id': one(duo.bypassCode),
  'DELETE /admin/v1/bypass_codes/:bypass_code_id': empty,

  'GET /admin/v1/webauthncredentials': page(duo.credential),
  'GET /admin/v1/webauthncredentials/:webauthnkey': one(duo.credential),
  'DELETE /admin/v1/webauthncredentials/:webauthnkey': empty,
  'GET /admin/v1/u2ftokens': emptyPage,
  'GET /admin/v1/desktoptokens': emptyPage,
  'GET /admin/v1/desktop_authenticators': emptyPage,
  'GET /admin/v1/endpoints': emptyPage,
  'GET /admin/v1/registered_devices': emptyPage,

  ...integrations('v1'),
  ...integrations('v2'),
  ...integrations('v3'),

  'GET /admin/v2/policies': page(duo.policy),
  'GET /admin/v2/policies/summary': one(duo.policySummary),
  'GET /admin/v2/policies/calculate': one(duo.calculatedPolicy),
  'POST /admin/v2/policies/copy': one(duo.policies),
  'PUT /admin/v2/policies/update': one(duo.policies),
  'POST /admin/v2/policies': one(duo.policy),
  'GET /admin/v2/policies/:policy_key': one(duo.policy),
  'PUT /admin/v2/policies/:policy_key': one(duo.policy),
  'DELETE /admin/v2/policies/:policy_key': empty,

  'GET /admin/v1/admins': page(duo.admin),
  'POST /admin/v1/admins': one(duo.admin),
  'GET /admin/v1/admins/activations': page(duo.activationOfAdmin),
  'POST /admin/v1/admins/activations': one(duo.activationOfAdmin),
  'DELETE /admin/v1/admins/activations/:admin_activation_id': empty,
  'GET /admin/v1/admins/allowed_auth_methods': one(duo.methodsOfAdmins),
  'GET /admin/v1/admins/password_mgmt': page(duo.passwordOfAdmin),
  [`GET ${admin}`]: one(duo.admin),
  [`POST ${admin}`]: one(duo.admin),
  [`DELETE ${admin}`]: empty,
  [`GET ${admin}/password_mgmt`]: one(duo.passwordOfAdmin),
  [`POST ${admin}/password_mgmt`]: one(duo.passwordOfAdmin),
  [`POST ${admin}/activation_link`]: one(duo.linkOfAdmin),
  [`POST ${admin}/activation_link/email`]: one(duo.linkOfAdmin),
  [`POST ${admin}/reset`]: empty,
  [`POST ${admin}/clear_inactivity`]: empty,
  'GET /admin/v1/administrative_units': emptyPage,

  'GET /admin/v1/logs/administrator': one(log.administratorLog),
  'GET /admin/v1/logs/authentication': one(log.authenticationLogV1),
  'GET /admin/v1/logs/telephony': one(log.telephonyLogV1),
  'GET /admin/v1/logs/offline_enrollment': one(emptyList),
  'GET /admin/v2/logs/authentication': one(log.authenticationLogV2),
  'GET /admin/v2/logs/activity': one(log.activityLog),
  'GET /admin/v2/logs/telephony': one(log.telephonyLogV2),
  'GET /admin/v1/trust_monitor/events': one(log.noTrustEvents),

  'GET /admin/v1/info/summary': one(duo.summary),
  'GET /admin/v1/info/telephony_credits_used': one(duo.creditsUsed),
  'GET /admin/v1/info/authentication_attempts': one(duo.attempts),
  'GET /admin/v1/info/user_authentication_attempts': one(duo.attempts),
  'GET /admin/v1/settings': one(duo.settings),
  'POST /admin/v1/settings': one(duo.settings),
}

const metadata = object(
  { total_objects: integer },
  { next_offset: nullable(integer), prev_offset: nullable(integer) },
)

/** Compares the envelope of a success with the reference. @param endpoint Method and path, as declared. */
export function differences(endpoint: string, envelope: unknown): readonly string[] {
  const reference = answers[endpoint]
  if (reference === undefined) return [`${endpoint} is not in the reference`]
  const { response, paged } = reference
  const expected = object({ stat: oneOf('OK'), response, ...(paged ? { metadata } : {}) })
  return expected(envelope, 'answer').map((difference) => `${endpoint}: ${difference}`)
}
