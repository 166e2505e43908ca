const factors: Readonly<Record<string, string>> = {
  push: 'Push',
  verified_push: 'Push with a code',
  phone: 'Phone call',
  sms: 'SMS',
  passcode: 'Passcode',
  duo_mobile_passcode: 'App passcode',
  hardware_token: 'Token or authenticator app',
  yubikey_code: 'YubiKey',
  sms_passcode: 'SMS passcode',
  bypass_code: 'Recovery code',
  passkey: 'Passkey',
}

const reasons: Readonly<Record<string, string>> = {
  user_approved: 'approved',
  valid_passcode: 'accepted',
  bypass_user: 'signed in without a second factor',
  allow_unenrolled_user: 'signed in without a second factor',
  allowed_by_policy: 'signed in without a second factor',
  trusted_network: 'signed in from a trusted network',
  allow_unenrolled_user_on_trusted_network: 'signed in from a trusted network',
  user_not_in_permitted_group: 'not permitted for this application',
  denied_by_policy: 'not permitted for this application',
  denied_network: 'not permitted from this network',
  outside_allowed_hours: 'outside the permitted hours',
  factor_restricted: 'method not permitted',
  no_response: 'not answered in time',
  nobody_waiting: 'approved too late',
  no_keys_pressed: 'no key pressed',
  wrong_key_pressed: 'wrong key pressed',
  line_busy: 'line busy',
  call_timed_out: 'not picked up',
  call_under_way: 'another call was in progress',
  call_failed: 'call failed',
  passcode_spoken: 'passcode read out',
  user_mistake: 'denied',
  user_marked_fraud: 'reported as fraud',
  invalid_passcode: 'wrong passcode',
  invalid_device: 'no suitable device',
  passcode_already_used: 'already used',
  locked_out: 'locked out',
  user_disabled: 'account disabled',
  deny_unenrolled_user: 'not enrolled',
  sms_sent: 'passcodes sent',
  verification_code_sent: 'verification code shown',
  verification_code_missing: 'verification code expired',
  verification_code_incorrect: 'wrong code',
  anomalous_push: 'not sent, too many requests',
  telephony_limit: 'not sent, too many messages or calls',
  delivery_failed: 'could not be sent',
}

/**
 * Describes a sign-in by factor and result, for example `Push: approved`. Unknown values appear as in the log.
 */
export function signInWords({
  factor,
  reason,
}: {
  readonly factor: string
  readonly reason: string
}): string {
  const words = [
    factors[factor] ?? factor.replaceAll('_', ' '),
    reasons[reason] ?? reason.replaceAll('_', ' '),
  ].filter((text) => text !== '')
  const text = words.join(': ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
