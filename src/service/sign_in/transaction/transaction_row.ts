import type { Opening, Outcome, SignInRequest, Transaction, Waiting } from './transaction.ts'

export interface TransactionRow {
  readonly txid: string
  readonly ikey: string
  readonly user_id: string | null
  readonly factor: string
  readonly result: string
  readonly status: string
  readonly status_msg: string
  readonly opened: number
  readonly expires: number
  readonly phone_id: string | null
  readonly application: string
  readonly username: string
  readonly ipaddr: string
  readonly hostname: string
  readonly details: string
  readonly code_kind: string | null
  readonly code: string | null
  readonly repeat_of: string | null
  readonly retry_timeout_ms: number | null
  readonly retry_attempts: number | null
  readonly requested: number | null
  readonly unread_ms: number
  readonly retries_closed: number
  readonly approved: number | null
  readonly accepted_request: string | null
}

export function toTransaction(row: TransactionRow): Transaction {
  const { result, status, status_msg } = row
  return {
    txid: row.txid,
    ikey: row.ikey,
    userId: row.user_id,
    factor: row.factor,
    phoneId: row.phone_id,
    request: {
      application: row.application,
      username: row.username,
      ipaddr: row.ipaddr,
      hostname: row.hostname,
      ...parseDetails(row.details),
    },
    verification:
      row.code === null
        ? undefined
        : { kind: row.code_kind === 'enter' ? 'enter' : 'show', code: row.code },
    repeatOf: row.repeat_of,
    retries:
      row.retry_timeout_ms === null || row.retry_attempts === null
        ? null
        : { timeoutMs: row.retry_timeout_ms, attempts: row.retry_attempts },
    retriesClosed: row.retries_closed !== 0,
    approved: row.approved,
    acceptedRequest: row.accepted_request,
    opened: row.opened,
    requested: row.requested ?? row.opened,
    unreadMs: row.unread_ms,
    expires: row.expires,
    // an unknown result in the database must not let anyone in
    outcome: {
      result: result === 'allow' || result === 'waiting' ? result : 'deny',
      status,
      status_msg,
    },
  }
}

/** The row of an authentication that begins. */
export function newRow(
  { txid, ikey, userId, factor, phoneId, request, verification, repeatOf, ...opening }: Opening,
  { result, status, status_msg }: Outcome | Waiting,
  { opened, expires }: { readonly opened: number; readonly expires: number },
) {
  const { application, username, ipaddr, hostname, ...details } = request
  const { retries = null, requested = null, unreadMs = 0 } = opening
  return {
    txid,
    ikey,
    user_id: userId,
    factor,
    result,
    status,
    status_msg,
    opened,
    requested,
    unread_ms: unreadMs,
    expires,
    settled: result === 'waiting' ? null : opened,
    phone_id: phoneId,
    application,
    username,
    ipaddr,
    hostname,
    details: JSON.stringify(details),
    code_kind: verification?.kind ?? null,
    code: verification?.code ?? null,
    code_tries: 0,
    waiting_replies: 0,
    changed: opened,
    repeat_of: repeatOf,
    retry_timeout_ms: retries?.timeoutMs ?? null,
    retry_attempts: retries?.attempts ?? null,
    retries_closed: 0,
    approved: null,
    accepted_request: null,
  } satisfies TransactionRow & Record<string, unknown>
}

type Details = Pick<SignInRequest, 'type' | 'displayUsername' | 'pushinfo'>

function parseDetails(json: string): Details {
  if (json === '') return {}
  const details: Details = JSON.parse(json)
  return details
}
