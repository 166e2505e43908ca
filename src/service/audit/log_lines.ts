import type { LogKey } from '../store/log_key.ts'

/** The tables of the logs. */
export const logNames = ['authentication_log', 'administrator_log', 'telephony_log'] as const
export type LogName = (typeof logNames)[number]

/** The columns that the code of a line covers, in this order forever: a new column is added at the end. */
export const lineColumns: Readonly<Record<LogName, readonly string[]>> = {
  authentication_log: [
    'timestamp',
    'txid',
    'user_id',
    'username',
    'ikey',
    'application',
    'factor',
    'result',
    'reason',
    'ipaddr',
    'hostname',
    'device',
    'repeat_of',
    'decided_by',
    'policy_key',
  ],
  administrator_log: [
    'timestamp',
    'actor',
    'actor_id',
    'address',
    'action',
    'object',
    'object_kind',
    'object_id',
    'user_id',
    'description',
    'changes',
  ],
  telephony_log: [
    'timestamp',
    'type',
    'context',
    'number',
    'user_id',
    'txid',
    'provider',
    'result',
    'detail',
  ],
}

/** The code that authenticates a new line; every column must have its value. */
export function signLine(log: LogName, row: object, key: LogKey): string {
  return key.sign(lineContent(log, row))
}

/** Whether a stored line is as the service wrote it. */
export function isAuthentic(log: LogName, row: { readonly mac: string }, key: LogKey): boolean {
  return key.verifies(row.mac, lineContent(log, row))
}

function lineContent(log: LogName, row: object): string {
  const values: unknown[] = [log]
  for (const column of lineColumns[log]) values.push(Reflect.get(row, column) ?? null)
  return JSON.stringify(values)
}
