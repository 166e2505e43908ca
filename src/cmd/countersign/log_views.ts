import type { AdministratorEvent } from '../../service/audit/administrator_log.ts'
import type { AuthenticationEvent } from '../../service/audit/authentication_log.ts'
import type { TelephonyEvent } from '../../service/audit/telephony_log.ts'
import { isoTime, type ListView, moment } from './output.ts'

export const authenticationView: ListView<AuthenticationEvent> = {
  heads: ['TIME', 'USER', 'APPLICATION', 'FACTOR', 'RESULT', 'REASON', 'ADDRESS'],
  row: (event) => [
    moment(event.timestamp),
    event.username,
    event.application,
    event.factor,
    event.result,
    event.reason,
    event.ipaddr,
  ],
  json: ({ userId, timestamp, decidedBy, policyKey, ...event }) => ({
    timestamp: isoTime(timestamp),
    user_id: userId,
    ...event,
    decided_by: decidedBy,
    policy_key: policyKey,
  }),
  empty: 'No sign-ins yet.',
}

export const administratorView: ListView<AdministratorEvent> = {
  heads: ['TIME', 'WHO', 'ACTION', 'OBJECT', 'DESCRIPTION'],
  row: ({ timestamp, actor, action, object, description }) => [
    moment(timestamp),
    actor,
    action,
    object,
    description,
  ],
  json: ({ timestamp, actorId, objectKind, objectId, userId, ...event }) => ({
    timestamp: isoTime(timestamp),
    ...event,
    actor_id: actorId,
    object_kind: objectKind,
    object_id: objectId,
    user_id: userId,
  }),
  empty: 'No administrator has changed anything yet.',
}

export const telephonyView: ListView<TelephonyEvent> = {
  heads: ['TIME', 'KIND', 'NUMBER', 'FOR', 'PROVIDER', 'RESULT', 'DETAIL'],
  row: (event) => [
    moment(event.timestamp),
    event.type,
    event.number,
    event.context,
    event.provider,
    event.result,
    event.detail,
  ],
  json: ({ userId, timestamp, ...event }) => ({
    timestamp: isoTime(timestamp),
    user_id: userId,
    ...event,
  }),
  empty: 'No message has been sent yet, and no call was made.',
}
