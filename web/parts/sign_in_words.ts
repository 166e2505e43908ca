const factors: Readonly<Record<string, string>> = {
  push: 'Push',
  verified_push: 'Push with a code',
  phone: 'Phone call',
  sms: 'Message',
  passcode: 'Passcode',
  duo_mobile_passcode: 'Passcode of the app',
  hardware_token: 'Hardware token',
  yubikey_passcode: 'YubiKey',
  sms_passcode: 'Passcode from a message',
  bypass_code: 'Recovery code',
  passkey: 'Passkey',
}

const reasons: Readonly<Record<string, string>> = {
  user_approved: 'approved',
  valid_passcode: 'right',
  bypass_user: 'let in without a second factor',
  allow_unenrolled_user: 'let in without a second factor',
  no_response: 'not answered in time',
  no_keys_pressed: 'no key was pressed',
  user_mistake: 'refused',
  user_marked_fraud: 'reported',
  invalid_passcode: 'wrong',
  passcode_already_used: 'used before',
  locked_out: 'locked out',
  user_disabled: 'account disabled',
  deny_unenrolled_user: 'not permitted',
  sms_sent: 'codes were sent',
  verification_code_sent: 'a code was shown',
  verification_code_incorrect: 'wrong code',
  anomalous_push: 'held back, too many requests',
  telephony_limit: 'held back, too many messages',
  delivery_failed: 'could not be sent',
}

/** How it was proved, in words; what nobody has foreseen here is shown as the log has it. */
export function factorWords(factor: string): string {
  return factors[factor] ?? factor.replaceAll('_', ' ')
}

export function reasonWords(result: 'success' | 'denied' | 'fraud', reason: string): string {
  const words = reasons[reason] ?? reason.replaceAll('_', ' ')
  return words === '' ? (result === 'success' ? 'let in' : 'not let in') : words
}
