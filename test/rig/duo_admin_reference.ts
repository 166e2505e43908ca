import {
  anything,
  boolean,
  emptyList,
  fields,
  integer,
  listOf,
  mapOf,
  nullable,
  object,
  oneOf,
  text,
  zeroOrOne,
} from './answer_shape.ts'
import { ours } from './duo_admin_additions.ts'

/**
 * The objects of the vendor's Admin API (duo.com/docs/adminapi), field by field. Most are from the examples
 * of its documentation that the vendor's client libraries and other public projects keep as test data.
 *
 * No published example was found for `linkOfAdmin`, `passwordOfAdmin`, `calculatedPolicy`, `bulkResult`, and
 * the fields of `settings` that were added after 2022.
 */

const moment = integer

const userFields = {
  ...fields(nullable(text), ['alias1', 'alias2', 'alias3', 'alias4']),
  ...fields(text, ['email', 'firstname', 'lastname', 'notes', 'realname', 'user_id', 'username']),
  aliases: mapOf(text),
  created: moment,
  last_directory_sync: nullable(moment),
  last_login: nullable(moment),
  status: oneOf('active', 'bypass', 'disabled', 'locked out', 'pending deletion'),
}
/** A user inside another object. */
const shortUser = object(userFields)

const groupFields = {
  ...fields(text, ['desc', 'group_id', 'name']),
  ...fields(boolean, ['mobile_otp_enabled', 'push_enabled', 'sms_enabled', 'voice_enabled']),
}
export const groupV1 = object({ ...groupFields, status: oneOf('active', 'bypass', 'disabled') })
export const groupV2 = object({ ...groupFields, status: oneOf('Active', 'Bypass', 'Disabled') })
export const member = object({ user_id: text, username: text })

const phoneFields = {
  ...fields(text, ['extension', 'model', 'name', 'number', 'phone_id', 'platform']),
  ...fields(text, ['encrypted', 'fingerprint', 'screenlock', 'tampered']),
  activated: boolean,
  capabilities: listOf(oneOf('auto', 'push', 'sms', 'phone', 'mobile_otp')),
  last_seen: nullable(text),
  postdelay: nullable(text),
  predelay: nullable(text),
  sms_passcodes_sent: boolean,
  type: oneOf('Unknown', 'Mobile', 'Landline'),
}
export const phoneOfUser = object(phoneFields)
export const phone = object({ ...phoneFields, users: listOf(shortUser) })
export const activation = object(
  { activation_barcode: text, activation_url: text, valid_secs: integer },
  { installation_url: text },
)
export const sentActivation = object(
  { activation_barcode: text, activation_msg: text, valid_secs: integer },
  { installation_msg: text },
)
export const sentInstallation = object({ installation_msg: text })

const tokenFields = {
  serial: text,
  token_id: text,
  totp_step: nullable(integer),
  type: oneOf('h6', 'h8', 'yk', 't6', 't8', 'd1'),
}
export const tokenOfUser = object(tokenFields)
export const token = object({ ...tokenFields, admins: emptyList, users: listOf(shortUser) })

const credentialFields = {
  credential_name: text,
  date_added: moment,
  label: text,
  webauthnkey: text,
}
export const credentialOfUser = object(credentialFields)
export const credential = object({ ...credentialFields, user: shortUser })

export const bypassCode = object({
  admin_email: nullable(text),
  bypass_code_id: text,
  created: moment,
  expiration: nullable(moment),
  reuse_count: nullable(integer),
  user: shortUser,
})

export const user = object({
  ...userFields,
  custom_attributes: mapOf(text),
  desktop_authenticators: emptyList,
  enable_auto_prompt: boolean,
  external_id: nullable(text),
  groups: listOf(groupV2),
  is_enrolled: boolean,
  lockout_reason: nullable(text),
  phones: listOf(phoneOfUser),
  tokens: listOf(tokenOfUser),
  u2ftokens: emptyList,
  webauthncredentials: listOf(credentialOfUser),
})
export const verificationPush = object({ confirmation_code: text, push_id: text })
export const verificationAnswer = object({
  push_id: text,
  result: oneOf('approve', 'deny', 'fraud', 'waiting'),
})

/** The envelope of one operation in bulk. */
export const bulkResult = object(
  { stat: oneOf('OK', 'FAIL') },
  { code: integer, message: text, message_detail: text, response: anything },
)

export const integration = object(
  {
    ...fields(zeroOrOne, [
      'adminapi_admins',
      'adminapi_info',
      'adminapi_integrations',
      'adminapi_read_log',
      'adminapi_read_resource',
      'adminapi_settings',
      'adminapi_write_resource',
      'frameless_auth_prompt_enabled',
      'prompt_v4_enabled',
      'self_service_allowed',
    ]),
    ...fields(text, ['greeting', 'integration_key', 'name', 'notes', 'secret_key', 'type']),
    enroll_policy: oneOf('enroll', 'allow', 'deny'),
    groups_allowed: listOf(text),
    networks_for_api_access: text,
    trusted_device_days: integer,
    user_access: oneOf('ALL_USERS', 'NO_USERS', 'PERMITTED_GROUPS'),
    username_normalization_policy: oneOf('None', 'Simple'),
    sso: nullable(anything),
    ...ours.integration,
  },
  {
    ...fields(zeroOrOne, ['adminapi_admins_read', 'adminapi_allow_to_set_permissions']),
    policy_key: text,
  },
)
export const secretKey = object({ secret_key: text })

export const policy = object({
  is_global_policy: boolean,
  policy_key: text,
  policy_name: text,
  sections: mapOf(anything),
})
export const policies = object({ policies: listOf(policy) })
const policyPlace = object({
  app_integration_key: text,
  app_name: text,
  apply_type: oneOf('app', 'group_app'),
  groups: listOf(object({ group_id: text, group_name: text })),
  ...ours.policyPlace,
})
export const policySummary = object({
  policies: listOf(
    object({ policy_applies_to: listOf(policyPlace), policy_key: text, policy_name: text }),
  ),
  policy_count: integer,
  response_is_truncated: boolean,
  warnings: listOf(text),
})
export const calculatedPolicy = object({
  policy_elements: listOf(
    object({
      apply_type: oneOf('app', 'global', 'group_app'),
      policy_key: text,
      policy_name: text,
    }),
  ),
  sections: mapOf(anything),
})

export const summary = object(
  {
    ...fields(integer, ['admin_count', 'integration_count', 'user_count']),
    telephony_credits_remaining: integer,
  },
  { edition: text, user_pending_deletion_count: integer },
)
export const creditsUsed = object({ telephony_credits_used: integer })
export const attempts = object(fields(integer, ['ERROR', 'FAILURE', 'FRAUD', 'SUCCESS']))

export const settings = object({
  ...fields(text, ['caller_id', 'fraud_email', 'helpdesk_message', 'keypress_confirm']),
  ...fields(text, ['keypress_fraud', 'name', 'sms_message', 'timezone']),
  ...fields(integer, [
    'helpdesk_bypass_expiration',
    'lockout_threshold',
    'minimum_password_length',
  ]),
  ...fields(integer, ['inactive_user_expiration', 'sms_batch', 'sms_expiration']),
  ...fields(integer, ['pending_deletion_days', 'telephony_warning_min', 'user_telephony_cost_max']),
  ...fields(integer, ['unenrolled_user_lockout_threshold']),
  ...fields(nullable(integer), ['lockout_expire_duration', 'log_retention_days']),
  ...fields(zeroOrOne, ['security_checkup_enabled', 'sms_refresh']),
  ...fields(boolean, [
    'email_activity_notification_enabled',
    'enrollment_universal_prompt_enabled',
    'fraud_email_enabled',
    'global_ssp_policy_enforced',
    'helpdesk_can_send_enroll_email',
    'mobile_otp_enabled',
    'password_requires_lower_alpha',
    'password_requires_numeric',
    'password_requires_special',
    'password_requires_upper_alpha',
    'push_activity_notification_enabled',
    'push_enabled',
    'sms_enabled',
    'u2f_enabled',
    'user_managers_can_put_users_in_bypass',
    'voice_enabled',
  ]),
  duo_mobile_otp_type: oneOf('hotp', 'totp'),
  helpdesk_bypass: oneOf('allow', 'limit', 'deny'),
  language: oneOf('EN', 'DE', 'FR'),
  ...ours.settings,
})

export const admin = object({
  ...fields(text, ['admin_id', 'email', 'name', 'role']),
  ...fields(boolean, ['password_change_required', 'restricted_by_admin_units']),
  admin_units: listOf(text),
  created: moment,
  hardtoken: nullable(anything),
  last_login: nullable(moment),
  phone: nullable(text),
  status: oneOf('Active', 'Disabled', 'Expired', 'Pending Activation'),
  subaccount_role: nullable(text),
})
export const activationOfAdmin = object({
  ...fields(text, ['admin_activation_id', 'admin_role', 'email', 'message', 'subject']),
  code: nullable(text),
  email_sent: zeroOrOne,
  expires: nullable(moment),
  link: nullable(text),
  valid_days: nullable(integer),
})
export const linkOfAdmin = object({
  ...fields(text, ['admin_id', 'email', 'link']),
  email_sent: zeroOrOne,
  expires: moment,
  valid_days: integer,
})
export const passwordOfAdmin = object({
  admin_id: text,
  email: text,
  has_external_password_mgmt: boolean,
})
export const methodsOfAdmins = object({
  ...fields(boolean, ['hardware_token_enabled', 'mobile_otp_enabled', 'push_enabled']),
  ...fields(boolean, ['sms_enabled', 'verified_push_enabled', 'voice_enabled']),
  ...fields(boolean, ['webauthn_enabled', 'yubikey_enabled']),
  verified_push_length: nullable(integer),
})
