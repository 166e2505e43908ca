import {
  anything,
  boolean,
  emptyList,
  fields,
  integer,
  listOf,
  nullable,
  object,
  oneOf,
  type Shape,
  text,
} from './answer_shape.ts'
import { ours } from './duo_admin_additions.ts'

/**
 * The logs of the vendor's Admin API (duo.com/docs/adminapi, "Logs"), field by field: from the examples of
 * its documentation in client libraries and in importers of logs. No published example was found for
 * `auth_device.key`, and for the `device`, `isotimestamp` and `reason` of version 1.
 */

const moment = integer
const name = nullable(text)
const place = object({ city: name, country: name, state: name })

const deviceState = (value: unknown, at: string): readonly string[] =>
  typeof value === 'boolean' ? [] : oneOf('unknown')(value, at)
const authDevice = object({ ip: name, key: name, location: place, name })
const authenticationV2 = object({
  access_device: object({
    ...fields(name, ['browser', 'browser_version', 'epkey', 'flash_version', 'hostname', 'ip']),
    ...fields(name, ['java_version', 'os', 'os_version']),
    ...fields(deviceState, ['is_encryption_enabled', 'is_firewall_enabled', 'is_password_set']),
    location: place,
    security_agents: listOf(anything),
  }),
  alias: text,
  application: object({ key: text, name: text }),
  auth_device: authDevice,
  email: text,
  event_type: oneOf('authentication', 'enrollment'),
  factor: text,
  isotimestamp: text,
  ood_software: name,
  reason: text,
  result: oneOf('success', 'denied', 'fraud'),
  timestamp: moment,
  trusted_endpoint_status: oneOf('trusted', 'not trusted', 'unknown'),
  txid: name,
  user: object({ groups: listOf(text), key: name, name: text }),
})
export const authenticationLogV2 = object({
  authlogs: listOf(authenticationV2),
  metadata: object({ next_offset: nullable(listOf(text)), total_objects: integer }),
})
export const authenticationLogV1 = listOf(
  object({
    ...fields(text, ['device', 'factor', 'integration', 'ip', 'isotimestamp', 'reason']),
    location: place,
    new_enrollment: boolean,
    result: oneOf('SUCCESS', 'FAILURE', 'FRAUD', 'ERROR'),
    timestamp: moment,
    username: text,
    ...ours.logV1,
  }),
)
export const administratorLog = listOf(
  object({
    action: text,
    description: name,
    isotimestamp: text,
    object: name,
    timestamp: moment,
    username: text,
    eventtype: ours.logV1.eventtype,
  }),
)
export const telephonyLogV1 = listOf(
  object({
    ...fields(text, ['context', 'isotimestamp', 'phone']),
    credits: integer,
    timestamp: moment,
    type: oneOf('sms', 'phone'),
  }),
)

const logPage = (item: Shape): Shape =>
  object({
    items: listOf(item),
    metadata: object({
      next_offset: name,
      total_objects: object({ relation: oneOf('eq', 'gte'), value: integer }),
    }),
  })
const activityObject = object({ details: name, key: name, name, type: text })
export const activityLog = logPage(
  object({
    access_device: nullable(
      object({
        ...fields(name, ['browser', 'browser_version', 'epkey', 'os', 'os_version']),
        ip: object({ address: text }),
        location: place,
      }),
    ),
    action: object({ details: name, name: text }),
    activity_id: text,
    actor: activityObject,
    akey: text,
    application: nullable(object({ key: text, name: text, type: text })),
    old_target: nullable(activityObject),
    outcome: nullable(object({ result: oneOf('SUCCESS', 'FAILURE') })),
    target: activityObject,
    ts: text,
  }),
)
export const telephonyLogV2 = logPage(
  object({
    ...fields(text, ['context', 'phone', 'telephony_id', 'ts']),
    credits: integer,
    txid: name,
    type: oneOf('sms', 'phone'),
  }),
)
export const noTrustEvents = object({
  events: emptyList,
  metadata: object({}, { next_offset: name }),
})
