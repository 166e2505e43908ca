import type { AdministratorEvent } from '../../service/audit/administrator_log.ts'
import type { AuthenticationEvent } from '../../service/audit/authentication_log.ts'
import type { TelephonyEvent } from '../../service/audit/telephony_log.ts'
import { type Cell, isoTime, moment } from './output.ts'

/** How the entries of a log are shown to people and to scripts. */
export interface LogView<Event> {
  readonly heads: readonly string[]
  readonly row: (event: Event) => readonly Cell[]
  readonly json: (event: Event) => Readonly<Record<string, unknown>>
  /** Where there are no entries. */
  readonly empty: string
}

export const authenticationView: LogView<AuthenticationEvent> = {
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
  json: ({ userId, timestamp, ...event }) => ({
    timestamp: isoTime(timestamp),
    user_id: userId,
    ...event,
  }),
  empty: 'Nobody has signed in yet.',
}

export const administratorView: LogView<AdministratorEvent> = {
  heads: ['TIME', 'WHO', 'ACTION', 'OBJECT', 'DESCRIPTION'],
  row: ({ timestamp, actor, action, object, description }) => [
    moment(timestamp),
    actor,
    action,
    object,
    description,
  ],
  json: ({ timestamp, ...event }) => ({ timestamp: isoTime(timestamp), ...event }),
  empty: 'No administrator has done anything yet.',
}

export const telephonyView: LogView<TelephonyEvent> = {
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
  empty: 'No message has been sent yet, and nobody called.',
}
