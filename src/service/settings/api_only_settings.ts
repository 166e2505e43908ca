import { type Setting, setting } from './setting.ts'
import { boolean, integer, oneOf, type SettingType, type SettingValue } from './setting_type.ts'

/**
 * Settings of the Admin API that have no effect here. They are kept for clients of the API, so that a
 * script that sets all of them reads back what it wrote.
 */
export const apiOnlySettings = {
  language: apiOnly(oneOf('EN', 'DE', 'FR'), 'EN', 'Language of the browser prompt'),
  push_activity_notification_enabled: apiOnly(boolean, false, 'Notices of changes by push'),
  telephony_warning_min: apiOnly(integer(0, 1_000_000), 0, 'Telephony credits for a warning'),
  user_telephony_cost_max: apiOnly(integer(0, 1_000_000), 20, 'Telephony credits of one sign-in'),
  unenrolled_user_lockout_threshold: apiOnly(
    integer(0, 10_000),
    0,
    'Days until users who did not enrol are locked',
  ),
  password_requires_upper_alpha: apiOnly(boolean, false, 'Composition rule of passwords'),
  password_requires_lower_alpha: apiOnly(boolean, false, 'Composition rule of passwords'),
  password_requires_numeric: apiOnly(boolean, false, 'Composition rule of passwords'),
  password_requires_special: apiOnly(boolean, false, 'Composition rule of passwords'),
  enrollment_universal_prompt_enabled: apiOnly(boolean, false, 'Style of the enrolment page'),
  security_checkup_enabled: apiOnly(boolean, false, 'Security checkup of Duo’s app'),
  global_ssp_policy_enforced: apiOnly(boolean, true, 'Global policy of the self-service portal'),
  duo_mobile_otp_type: apiOnly(oneOf('hotp', 'totp'), 'totp', 'Passcodes of Duo’s app'),
} as const

function apiOnly<Value extends SettingValue>(
  type: SettingType<Value>,
  byDefault: Value,
  label: string,
): Setting<Value> {
  return setting({ group: 'api', type, label, meaning: 'It has no effect', default: byDefault })
}
