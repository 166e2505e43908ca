const factors: Readonly<Record<string, string>> = {
  push: 'Push',
  verified_push: 'Push with a code',
  phone: 'Phone call',
  sms: 'Message',
  passcode: 'Passcode',
  duo_mobile_passcode: 'Passcode of the app',
  hardware_token: 'Hardware token',
  yubikey_code: 'YubiKey',
  sms_passcode: 'Passcode from a message',
  bypass_code: 'Recovery code',
  passkey: 'Passkey',
}

const reasons: Readonly<Record<string, string>> = {
  user_approved: 'approved',
  valid_passcode: 'accepted',
  bypass_user: 'let in without a second factor',
  allow_unenrolled_user: 'let in without a second factor',
  no_response: 'not answered in time',
  no_keys_pressed: 'no key was pressed',
  wrong_key_pressed: 'another key was pressed',
  line_busy: 'the line was busy',
  call_timed_out: 'nobody took the call',
  call_under_way: 'a call was under way',
  call_failed: 'could not be called',
  passcode_spoken: 'a passcode was spoken',
  user_mistake: 'refused',
  user_marked_fraud: 'reported',
  invalid_passcode: 'wrong',
  invalid_device: 'no device for it',
  passcode_already_used: 'used before',
  locked_out: 'locked out',
  user_disabled: 'account disabled',
  deny_unenrolled_user: 'not permitted',
  sms_sent: 'codes were sent',
  verification_code_sent: 'a code was shown',
  verification_code_missing: 'the code had expired',
  verification_code_incorrect: 'wrong code',
  anomalous_push: 'held back, too many requests',
  telephony_limit: 'held back, too many messages or calls',
  delivery_failed: 'could not be sent',
}

/**
 * The factor and the result of a sign-in, as `Push: approved`. Unknown values are shown as in the log.
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
