import { z } from 'zod'
import type { AdministratorEvent } from '../../../audit/administrator_log.ts'
import type { AuthenticationEvent } from '../../../audit/authentication_log.ts'
import type { TelephonyEvent } from '../../../audit/telephony_log.ts'
import { seconds } from '../auth_v2/endpoint.ts'

/** Our factors under the names of `/admin/v2/logs/authentication`; others have the same name. */
const factorNames: Readonly<Record<string, string>> = {
  '': 'not_available',
  push: 'duo_push',
  phone: 'phone_call',
  sms: 'sms_refresh',
}
/** The names of `/admin/v1/logs/authentication`. */
const factorTexts: Readonly<Record<string, string>> = {
  '': 'n/a',
  push: 'Duo Push',
  phone: 'Phone Call',
  sms: 'SMS Refresh',
  sms_passcode: 'SMS Passcode',
  bypass_code: 'Bypass Code',
  hardware_token: 'Hardware Token',
  yubikey_code: 'Yubikey Passcode',
  duo_mobile_passcode: 'Duo Mobile Passcode',
  passcode: 'Passcode',
  webauthn: 'WebAuthn',
}

/** The names in the log of a factor that a client filters by. */
export function loggedFactors(names: readonly string[]): readonly string[] {
  return names.map(
    (name) => Object.entries(factorNames).find(([, theirs]) => theirs === name)?.[0] ?? name,
  )
}

const nothingKnown = z.null()
const location = z.strictObject({ city: nothingKnown, country: nothingKnown, state: nothingKnown })
const nowhere = { city: null, country: null, state: null } as const

export const authenticationV1 = z.strictObject({
  device: z.string(),
  eventtype: z.literal('authentication'),
  factor: z.string(),
  host: z.string(),
  integration: z.string(),
  ip: z.string(),
  isotimestamp: z.string(),
  location,
  new_enrollment: z.boolean(),
  reason: z.string(),
  result: z.enum(['SUCCESS', 'FAILURE', 'FRAUD']),
  timestamp: z.int().describe('In seconds since 1970.'),
  username: z.string(),
})
const resultsV1 = { success: 'SUCCESS', denied: 'FAILURE', fraud: 'FRAUD' } as const

export function toAuthenticationV1(event: AuthenticationEvent): z.infer<typeof authenticationV1> {
  return {
    device: event.device,
    eventtype: 'authentication',
    factor: factorTexts[event.factor] ?? event.factor,
    host: event.hostname,
    integration: event.application,
    ip: event.ipaddr,
    isotimestamp: isoTime(event.timestamp),
    location: nowhere,
    new_enrollment: false,
    reason: event.reason,
    result: resultsV1[event.result],
    timestamp: seconds(event.timestamp),
    username: event.username,
  }
}

export const authenticationV2 = z.strictObject({
  access_device: z.strictObject({
    browser: nothingKnown,
    browser_version: nothingKnown,
    epkey: nothingKnown,
    flash_version: nothingKnown,
    hostname: z.string().nullable(),
    ip: z.string().nullable(),
    is_encryption_enabled: z.literal('unknown'),
    is_firewall_enabled: z.literal('unknown'),
    is_password_set: z.literal('unknown'),
    java_version: nothingKnown,
    location,
    os: nothingKnown,
    os_version: nothingKnown,
    security_agents: z.array(z.never()),
  }),
  alias: z.literal(''),
  application: z.strictObject({ key: z.string(), name: z.string() }),
  auth_device: z.strictObject({
    ip: nothingKnown,
    key: nothingKnown,
    location,
    name: z.string().nullable(),
  }),
  email: z.string(),
  event_type: z.literal('authentication'),
  factor: z.string(),
  isotimestamp: z.string(),
  ood_software: nothingKnown,
  reason: z.string(),
  result: z.enum(['success', 'denied', 'fraud']),
  timestamp: z.int().describe('In seconds since 1970.'),
  trusted_endpoint_status: z.literal('unknown'),
  txid: z.string().nullable(),
  user: z.strictObject({
    groups: z.array(z.string()),
    key: z.string().nullable(),
    name: z.string(),
  }),
})

/** @param user The address and the groups that the user has now. */
export function toAuthenticationV2(
  event: AuthenticationEvent,
  user: { readonly email: string; readonly groups: readonly string[] },
): z.infer<typeof authenticationV2> {
  return {
    access_device: {
      browser: null,
      browser_version: null,
      epkey: null,
      flash_version: null,
      hostname: orNull(event.hostname),
      ip: orNull(event.ipaddr),
      is_encryption_enabled: 'unknown',
      is_firewall_enabled: 'unknown',
      is_password_set: 'unknown',
      java_version: null,
      location: nowhere,
      os: null,
      os_version: null,
      security_agents: [],
    },
    alias: '',
    application: { key: event.ikey, name: event.application },
    auth_device: { ip: null, key: null, location: nowhere, name: orNull(event.device) },
    email: user.email,
    event_type: 'authentication',
    factor: factorNames[event.factor] ?? event.factor,
    isotimestamp: isoTime(event.timestamp),
    ood_software: null,
    reason: event.reason,
    result: event.result,
    timestamp: seconds(event.timestamp),
    trusted_endpoint_status: 'unknown',
    txid: event.txid,
    user: { groups: [...user.groups], key: event.userId, name: event.username },
  }
}

export const administratorV1 = z.strictObject({
  action: z.string(),
  description: z.string().nullable().describe('JSON of the new values, or text.'),
  eventtype: z.literal('administrator'),
  isotimestamp: z.string(),
  object: z.string().nullable(),
  timestamp: z.int().describe('In seconds since 1970.'),
  username: z.string(),
})

export function toAdministratorV1(event: AdministratorEvent): z.infer<typeof administratorV1> {
  return {
    action: event.action,
    description: orNull(newValues(event)),
    eventtype: 'administrator',
    isotimestamp: isoTime(event.timestamp),
    object: orNull(event.object),
    timestamp: seconds(event.timestamp),
    username: event.actor,
  }
}

const activityObject = z.strictObject({
  details: nothingKnown,
  key: z.string().nullable(),
  name: z.string().nullable(),
  type: z.string(),
})

export const activityV2 = z.strictObject({
  access_device: z
    .strictObject({
      browser: nothingKnown,
      browser_version: nothingKnown,
      epkey: nothingKnown,
      ip: z.strictObject({ address: z.string() }),
      location,
      os: nothingKnown,
      os_version: nothingKnown,
    })
    .nullable(),
  action: z.strictObject({
    details: z.string().nullable().describe('JSON of the new values, or text.'),
    name: z.string(),
  }),
  activity_id: z.string(),
  actor: activityObject,
  akey: z.literal('').describe('There is only one account.'),
  application: nothingKnown,
  old_target: nothingKnown,
  outcome: z.strictObject({ result: z.enum(['SUCCESS', 'FAILURE']) }),
  target: activityObject,
  ts: z.string(),
})

/** Actions that were refused; every other line of the log is about something that was done. */
const refusals: readonly string[] = ['admin_login_error', 'admin_session_refused', 'admin_limit']

const unknownDevice = {
  browser: null,
  browser_version: null,
  epkey: null,
  location: nowhere,
  os: null,
  os_version: null,
} as const

/** @param event With its number in the log. */
export function toActivityV2(
  event: AdministratorEvent & { readonly id: number },
): z.infer<typeof activityV2> {
  const isApi = event.actor.startsWith('api:')
  return {
    access_device:
      event.address === '' ? null : { ...unknownDevice, ip: { address: event.address } },
    action: { details: orNull(newValues(event)), name: event.action },
    activity_id: `${event.timestamp}-${event.id}`,
    actor: {
      details: null,
      key: orNull(event.actorId),
      name: event.actor,
      type: isApi ? 'admin_api' : event.actorId === '' ? 'system' : 'admin',
    },
    akey: '',
    application: null,
    old_target: null,
    outcome: { result: refusals.includes(event.action) ? 'FAILURE' : 'SUCCESS' },
    target: {
      details: null,
      key: orNull(event.objectId),
      name: orNull(event.object),
      type: event.objectKind,
    },
    ts: new Date(event.timestamp).toISOString(),
  }
}

export const telephonyV1 = z.strictObject({
  context: z.string(),
  credits: z.int().describe('1 for each message or call that a provider was asked for.'),
  isotimestamp: z.string(),
  phone: z.string(),
  timestamp: z.int().describe('In seconds since 1970.'),
  type: z.enum(['sms', 'phone']),
})

export function toTelephonyV1(event: TelephonyEvent): z.infer<typeof telephonyV1> {
  return {
    context: event.context,
    credits: credits(event),
    isotimestamp: isoTime(event.timestamp),
    phone: event.number,
    timestamp: seconds(event.timestamp),
    type: event.type,
  }
}

export const telephonyV2 = z.strictObject({
  context: z.string(),
  credits: z.int(),
  phone: z.string(),
  telephony_id: z.string(),
  ts: z.string(),
  txid: z.string().nullable(),
  type: z.enum(['sms', 'phone']),
})

/** @param event With its number in the log. */
export function toTelephonyV2(
  event: TelephonyEvent & { readonly id: number },
): z.infer<typeof telephonyV2> {
  return {
    context: event.context,
    credits: credits(event),
    phone: event.number,
    telephony_id: `${event.timestamp}-${event.id}`,
    ts: new Date(event.timestamp).toISOString(),
    txid: event.txid,
    type: event.type,
  }
}

/** There are no credits; a message that a limit of ours held back cost nothing. */
function credits({ result }: TelephonyEvent): number {
  return result === 'limited' ? 0 : 1
}

function newValues({ changes, description }: AdministratorEvent): string {
  const entries = Object.entries(changes)
  if (entries.length === 0) return description
  return JSON.stringify(Object.fromEntries(entries.map(([field, { after }]) => [field, after])))
}

function isoTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}+00:00`
}

function orNull(text: string): string | null {
  return text === '' ? null : text
}
