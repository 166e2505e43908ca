import { type RawBuilder, type Selectable, sql } from 'kysely'
import { type Page, type PageRequest, readPage } from '../store/keyset.ts'
import { findLogKey } from '../store/log_key.ts'
import { prepared } from '../store/prepared.ts'
import type { Schema } from '../store/schema.ts'
import type { StoreDb } from '../store/store.ts'
import { lineColumns, signLine } from './log_lines.ts'
import { timeOrder } from './time_order.ts'

/** One sign-in as it ended, in the terms of the Admin API. */
export interface AuthenticationEvent {
  readonly timestamp: number
  readonly txid: string | null
  readonly userId: string | null
  readonly username: string
  readonly ikey: string
  readonly application: string
  /** `passcode`, `bypass_code`, `push`, … or empty if no factor was used. */
  readonly factor: string
  readonly result: 'success' | 'denied' | 'fraud'
  /** `valid_passcode`, `invalid_passcode`, `locked_out`, … */
  readonly reason: string
  readonly ipaddr: string
  readonly hostname: string
  readonly device: string
  /** The `txid` of the first request, if a client sent this sign-in more than once. */
  readonly repeatOf: string | null
  /**
   * The step of the decision that ended the sign-in, such as `hours`: see docs/policies.md. Empty if a
   * factor ended it.
   */
  readonly decidedBy: string
  /** The policy whose section the step evaluated; empty for a default, or if no policy was evaluated. */
  readonly policyKey: string
}

type Optional = 'decidedBy' | 'policyKey'

export type NewAuthenticationEvent = Omit<AuthenticationEvent, Optional> &
  Partial<Pick<AuthenticationEvent, Optional>>

/** Which lines of the log are listed. */
export interface AuthenticationFilter {
  readonly username?: string
  readonly result?: string
  readonly reason?: string
  readonly mintime?: number
  readonly maxtime?: number
  /** Only lines that have, in each of these columns, one of the values. */
  readonly oneOf?: Readonly<Partial<Record<ListedColumn, readonly string[]>>>
  /** Only lines of these users: a query of `user_id`s, from the owner of another table. */
  readonly userIds?: RawBuilder<unknown>
}

type ListedColumn = 'user_id' | 'ikey' | 'factor' | 'reason' | 'result' | 'device'
const listedColumns = ['user_id', 'ikey', 'factor', 'reason', 'result', 'device'] as const

export interface EventFilter extends AuthenticationFilter {
  /** Only entries with a higher id. */
  readonly afterId?: number
  readonly limit: number
}

export interface UserEventFilter {
  readonly since: number
  readonly limit: number
  /** Only those of this application. */
  readonly ikey?: string | undefined
  /** All but those of this application. */
  readonly exceptIkey?: string | undefined
  readonly reason?: string | undefined
  /** Only successful sign-ins, and pushes that ended for one of these reasons. */
  readonly successesAndPushes?: readonly string[] | undefined
}

type EventRow = ReturnType<typeof newRow>

const appendRow = prepared((db, row: EventRow & { readonly mac: string }) =>
  db.insertInto('authentication_log').values({
    timestamp: row.timestamp,
    txid: row.txid,
    user_id: row.user_id,
    username: row.username,
    ikey: row.ikey,
    application: row.application,
    factor: row.factor,
    result: row.result,
    reason: row.reason,
    ipaddr: row.ipaddr,
    hostname: row.hostname,
    device: row.device,
    repeat_of: row.repeat_of,
    decided_by: row.decided_by,
    policy_key: row.policy_key,
    mac: row.mac,
  }),
)
const ofFactor = { decidedBy: '', policyKey: '' }

/** Part of a PostgreSQL statement: appends a line of `AuthenticationLog.line` if the condition holds. */
export function appendIf(line: string, condition: RawBuilder<boolean>): RawBuilder<unknown> {
  const columns = sql.join([...lineColumns.authentication_log, 'mac'].map((name) => sql.ref(name)))
  return sql`insert into authentication_log (${columns}) select ${columns}
    from jsonb_populate_record(null::authentication_log, ${line}::jsonb) where ${condition}`
}

export class AuthenticationLog {
  /** Call it in the transaction of the change that it records. */
  async append(event: NewAuthenticationEvent, db: StoreDb): Promise<void> {
    await appendRow(db, signedRow(event, db))
  }

  /** A line as it is stored, in JSON. */
  line(event: NewAuthenticationEvent, db: StoreDb): string {
    return JSON.stringify(signedRow(event, db))
  }

  /** As `append`, for several events. */
  async appendAll(events: readonly NewAuthenticationEvent[], db: StoreDb): Promise<void> {
    if (events.length === 0) return
    await db
      .insertInto('authentication_log')
      .values(events.map((event) => signedRow(event, db)))
      .execute()
  }

  /** Newest first. */
  async list(filter: EventFilter, db: StoreDb): Promise<AuthenticationEvent[]> {
    return (await this.entries(filter, db)).map(({ event }) => event)
  }

  /** Newest first, with the ids that `afterId` takes. */
  async entries(
    filter: EventFilter,
    db: StoreDb,
  ): Promise<{ readonly id: number; readonly event: AuthenticationEvent }[]> {
    let query = filtered(filter, db).selectAll().orderBy('id', 'desc').limit(filter.limit)
    if (filter.afterId !== undefined) query = query.where('id', '>', filter.afterId)
    return (await query.execute()).map((row) => ({ id: row.id, event: toAuthenticationEvent(row) }))
  }

  /** A page of the log, newest first by default. */
  async page(
    request: PageRequest<'timestamp'> & AuthenticationFilter,
    db: StoreDb,
  ): Promise<Page<AuthenticationEvent>> {
    const { items, next } = await readPage(
      filtered(request, db).selectAll(),
      timeOrder('authentication_log', request),
      request,
    )
    return { items: items.map(toAuthenticationEvent), next }
  }

  /** How many lines there are on all pages; reads all of them. */
  async total(filter: AuthenticationFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** As `total`, but counts no further than `max`. */
  async totalUpTo(max: number, filter: AuthenticationFilter, db: StoreDb): Promise<number> {
    const lines = filtered(filter, db).select('id').limit(max)
    const { count } = await db
      .selectFrom(lines.as('lines'))
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** How many sign-ins had each result, from one time to another. */
  async countResults(
    { mintime, maxtime }: { readonly mintime: number; readonly maxtime: number },
    db: StoreDb,
  ): Promise<Readonly<Record<AuthenticationEvent['result'], number>>> {
    const rows = await db
      .selectFrom('authentication_log')
      .select('result')
      .select((select) => select.fn.countAll().as('count'))
      .where('timestamp', '>=', mintime)
      .where('timestamp', '<=', maxtime)
      .groupBy('result')
      .execute()
    return byResult(rows)
  }

  /** How many different users had a sign-in with each result. */
  async countUsersByResult(
    { mintime, maxtime }: { readonly mintime: number; readonly maxtime: number },
    db: StoreDb,
  ): Promise<Readonly<Record<AuthenticationEvent['result'], number>>> {
    const rows = await db
      .selectFrom('authentication_log')
      .select('result')
      .select((select) => select.fn.count('user_id').distinct().as('count'))
      .where('timestamp', '>=', mintime)
      .where('timestamp', '<=', maxtime)
      .groupBy('result')
      .execute()
    return byResult(rows)
  }

  /** Those of one user since a moment, newest first. */
  async ofUser(
    userId: string,
    { since, limit, ikey, exceptIkey, reason, successesAndPushes }: UserEventFilter,
    db: StoreDb,
  ): Promise<AuthenticationEvent[]> {
    let query = db
      .selectFrom('authentication_log')
      .selectAll()
      .where('user_id', '=', userId)
      .where('timestamp', '>=', since)
      .orderBy('timestamp', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
    if (ikey !== undefined) query = query.where('ikey', '=', ikey)
    if (exceptIkey !== undefined) query = query.where('ikey', '!=', exceptIkey)
    if (reason !== undefined) query = query.where('reason', '=', reason)
    if (successesAndPushes !== undefined) {
      query = query.where((where) =>
        where.or([
          where('result', '=', 'success'),
          where.and([where('factor', '=', 'push'), where('reason', 'in', successesAndPushes)]),
        ]),
      )
    }
    return (await query.execute()).map(toAuthenticationEvent)
  }

  /** How many lines a user has; counts no further than `max`. */
  async countOfUser(userId: string, max: number, db: StoreDb): Promise<number> {
    const lines = db
      .selectFrom('authentication_log')
      .select('id')
      .where('user_id', '=', userId)
      .limit(max)
    const { count } = await db
      .selectFrom(lines.as('lines'))
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** All lines of one transaction, newest first. */
  async ofTxid(txid: string, db: StoreDb): Promise<AuthenticationEvent[]> {
    const rows = await db
      .selectFrom('authentication_log')
      .selectAll()
      .where('txid', '=', txid)
      .orderBy('id', 'desc')
      .execute()
    return rows.map(toAuthenticationEvent)
  }
}

function filtered(filter: AuthenticationFilter, db: StoreDb) {
  let query = db.selectFrom('authentication_log')
  if (filter.username !== undefined) query = query.where('username', '=', filter.username)
  if (filter.result !== undefined) query = query.where('result', '=', filter.result)
  if (filter.reason !== undefined) query = query.where('reason', '=', filter.reason)
  if (filter.mintime !== undefined) query = query.where('timestamp', '>=', filter.mintime)
  if (filter.maxtime !== undefined) query = query.where('timestamp', '<=', filter.maxtime)
  for (const column of listedColumns) {
    const values = filter.oneOf?.[column]
    if (values === undefined) continue
    // PostgreSQL has no empty lists
    query = values.length === 0 ? query.where('id', '<', 0) : query.where(column, 'in', values)
  }
  if (filter.userIds !== undefined) {
    query = query.where(sql<boolean>`user_id in (${filter.userIds})`)
  }
  return query
}

function signedRow(event: NewAuthenticationEvent, db: StoreDb) {
  const row = newRow({ ...ofFactor, ...event })
  return { ...row, mac: signLine('authentication_log', row, findLogKey(db)) }
}

function newRow(event: AuthenticationEvent) {
  return {
    timestamp: event.timestamp,
    txid: event.txid,
    user_id: event.userId,
    username: event.username,
    ikey: event.ikey,
    application: event.application,
    factor: event.factor,
    result: event.result,
    reason: event.reason,
    ipaddr: event.ipaddr,
    hostname: event.hostname,
    device: event.device,
    repeat_of: event.repeatOf,
    decided_by: event.decidedBy,
    policy_key: event.policyKey,
  }
}

export function toAuthenticationEvent(
  row: Selectable<Schema['authentication_log']>,
): AuthenticationEvent {
  const { result } = row
  return {
    timestamp: row.timestamp,
    txid: row.txid,
    userId: row.user_id,
    username: row.username,
    ikey: row.ikey,
    application: row.application,
    factor: row.factor,
    reason: row.reason,
    ipaddr: row.ipaddr,
    hostname: row.hostname,
    device: row.device,
    repeatOf: row.repeat_of,
    decidedBy: row.decided_by,
    policyKey: row.policy_key,
    result: result === 'success' || result === 'fraud' ? result : 'denied',
  }
}

function byResult(
  rows: readonly { readonly result: string; readonly count: number | string | bigint }[],
): Readonly<Record<AuthenticationEvent['result'], number>> {
  const counts = { success: 0, denied: 0, fraud: 0 }
  for (const { result, count } of rows) {
    counts[result === 'success' || result === 'fraud' ? result : 'denied'] += Number(count)
  }
  return counts
}
