import type { AdministratorEvent } from '../../../audit/administrator_log.ts'
import type { AuthenticationEvent } from '../../../audit/authentication_log.ts'
import type { Numbered } from '../../../audit/log_search.ts'
import type { TelephonyEvent } from '../../../audit/telephony_log.ts'

/** A sign-in as the panel shows it; `ikey`, `user_id` and `policy_key` lead to their pages. */
export function signInJson(line: Numbered<AuthenticationEvent>) {
  return {
    id: line.id,
    timestamp: line.timestamp,
    result: line.result,
    reason: line.reason,
    username: line.username,
    user_id: line.userId,
    application: line.application,
    ikey: line.ikey,
    factor: line.factor,
    device: line.device,
    address: line.ipaddr,
    hostname: line.hostname,
    decided_by: line.decidedBy,
    policy_key: line.policyKey,
    txid: line.txid,
    repeat_of: line.repeatOf,
  }
}

export const signInColumns = [
  'timestamp',
  'result',
  'reason',
  'username',
  'application',
  'factor',
  'device',
  'address',
  'hostname',
  'decided_by',
  'txid',
] as const satisfies readonly (keyof ReturnType<typeof signInJson>)[]

/** What an administrator did; `changes` is `{ field: { before, after } }`. */
export function changeJson(line: Numbered<AdministratorEvent>) {
  return {
    id: line.id,
    timestamp: line.timestamp,
    actor: line.actor,
    address: line.address,
    action: line.action,
    object: line.object,
    object_kind: line.objectKind,
    object_id: line.objectId,
    user_id: line.userId,
    description: line.description,
    changes: line.changes,
  }
}

/** For a file: the changes in one cell. */
export function flatChange({ changes, ...line }: ReturnType<typeof changeJson>) {
  const cell = Object.keys(changes).length === 0 ? '' : JSON.stringify(changes)
  return { ...line, changes: cell }
}

export const changeColumns = [
  'timestamp',
  'actor',
  'address',
  'action',
  'object_kind',
  'object',
  'object_id',
  'description',
  'changes',
] as const satisfies readonly (keyof ReturnType<typeof flatChange>)[]

/** A message or call; never its text. */
export function messageJson(line: Numbered<TelephonyEvent>) {
  return {
    id: line.id,
    timestamp: line.timestamp,
    type: line.type,
    context: line.context,
    number: line.number,
    user_id: line.userId,
    provider: line.provider,
    result: line.result,
    detail: line.detail,
    txid: line.txid,
  }
}

export const messageColumns = [
  'timestamp',
  'type',
  'context',
  'number',
  'user_id',
  'provider',
  'result',
  'detail',
] as const satisfies readonly (keyof ReturnType<typeof messageJson>)[]
