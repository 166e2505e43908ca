import type { TelephonyLimits } from '../config/telephony_limits.ts'
import { type Setting, setting } from './setting.ts'
import { boolean, integer, oneOf, text, textOf } from './setting_type.ts'

const limit = integer(0, 1_000_000)

/** The settings of messages and calls. */
export const telephonySettings = {
  sms_batch: setting({
    group: 'telephony',
    type: integer(1, 10, { unit: 'passcodes' }),
    label: 'Passcodes in one message',
    meaning: 'A new batch replaces the last one',
    default: { path: 'sms.sms_batch', read: ({ sms }) => sms.batch },
  }),
  sms_expiration: setting({
    group: 'telephony',
    type: integer(0, 525_600, { unit: 'minutes' }),
    label: 'Passcodes by SMS expire after',
    meaning: '0 for never, for batches that users carry with them',
    default: { path: 'sms.sms_expiration', read: ({ sms }) => sms.validMinutes },
    security: true,
  }),
  sms_refresh: setting({
    group: 'telephony',
    type: boolean,
    label: 'Send a new batch after the last passcode',
    meaning: 'Suits batches that users carry with them',
    default: { path: 'sms.sms_refresh', read: ({ sms }) => sms.refresh },
  }),
  sms_message: setting({
    group: 'telephony',
    type: text(100),
    label: 'Text of messages',
    meaning:
      'Comes before the name of the application; without a text, a message begins with the name of the organisation',
    default: { path: 'sms.sms_message', read: ({ sms }) => sms.message },
  }),
  sms_user_per_hour: messageLimit(
    'user_per_hour',
    'Messages to one user in an hour',
    'userPerHour',
  ),
  sms_user_per_day: messageLimit('user_per_day', 'Messages to one user in a day', 'userPerDay'),
  sms_number_per_hour: messageLimit(
    'number_per_hour',
    'Messages to one number in an hour',
    'numberPerHour',
  ),
  sms_number_per_day: messageLimit(
    'number_per_day',
    'Messages to one number in a day',
    'numberPerDay',
  ),
  sms_all_per_hour: messageLimit('all_per_hour', 'Messages to all users in an hour', 'allPerHour'),
  caller_id: setting({
    group: 'telephony',
    type: textOf(16, (number) => /^\+[1-9]\d{6,14}$/.test(number), 'must look like +15550101234'),
    label: 'Calling number',
    meaning: "One of the provider's numbers; users can save it, so that they recognise the call",
    default: { path: 'phone.caller_id', read: ({ phone }) => phone.callerId ?? '' },
  }),
  call_language: setting({
    group: 'telephony',
    type: oneOf('en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'pl'),
    label: 'Language of calls',
    meaning: 'Language in which the call asks for a key',
    default: { path: 'phone.language', read: ({ phone }) => phone.language },
  }),
  keypress_confirm: setting({
    group: 'telephony',
    type: textOf(12, (keys) => /^[0-9*#]+$/.test(keys), 'must be keys of 0 to 9, * and #'),
    label: 'Keys that confirm a sign-in',
    meaning: 'The call names the first',
    default: { path: 'phone.keypress_confirm', read: ({ phone }) => phone.confirmKeys },
    security: true,
  }),
  keypress_fraud: setting({
    group: 'telephony',
    type: textOf(1, (key) => /^[0-9*#]$/.test(key), 'must be one key of 0 to 9, * and #'),
    label: 'Key that reports fraud',
    meaning: 'Empty for no such key',
    default: { path: 'phone.keypress_fraud', read: ({ phone }) => phone.fraudKey ?? '' },
    security: true,
  }),
  call_user_per_hour: callLimit('user_per_hour', 'Calls to one user in an hour', 'userPerHour'),
  call_user_per_day: callLimit('user_per_day', 'Calls to one user in a day', 'userPerDay'),
  call_number_per_hour: callLimit(
    'number_per_hour',
    'Calls to one number in an hour',
    'numberPerHour',
  ),
  call_number_per_day: callLimit('number_per_day', 'Calls to one number in a day', 'numberPerDay'),
  call_all_per_hour: callLimit('all_per_hour', 'Calls to all users in an hour', 'allPerHour'),
} as const

type LimitName = Exclude<keyof TelephonyLimits, 'allowedPrefixes'>

function messageLimit(key: string, label: string, name: LimitName): Setting<number> {
  return {
    group: 'telephony',
    type: limit,
    label,
    meaning: 'Limits what abuse can cost; 0 for no limit',
    default: { path: `sms.${key}`, read: ({ sms }) => sms.limits[name] },
    security: true,
  }
}

function callLimit(key: string, label: string, name: LimitName): Setting<number> {
  return {
    group: 'telephony',
    type: limit,
    label,
    meaning: 'Limits what abuse can cost; 0 for no limit',
    default: { path: `phone.${key}`, read: ({ phone }) => phone.limits[name] },
    security: true,
  }
}
