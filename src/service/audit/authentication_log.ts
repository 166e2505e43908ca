import { type Page, type PageRequest, readPage } from '../store/keyset.ts'
import { prepared } from '../store/prepared.ts'
import type { StoreDb } from '../store/store.ts'
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
}

/** Which lines of the log are listed. */
export interface AuthenticationFilter {
  readonly username?: string
  readonly result?: string
  readonly reason?: string
  readonly mintime?: number
  readonly maxtime?: number
}

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

const appendEvent = prepared((db, event: AuthenticationEvent) =>
  db.insertInto('authentication_log').values(newRow(event)),
)

export class AuthenticationLog {
  /** Call it in the transaction of the change that it records. */
  async append(event: AuthenticationEvent, db: StoreDb): Promise<void> {
    await appendEvent(db, event)
  }

  /** As `append`, for several events. */
  async appendAll(events: readonly AuthenticationEvent[], db: StoreDb): Promise<void> {
    if (events.length === 0) return
    await db.insertInto('authentication_log').values(events.map(newRow)).execute()
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
    return (await query.execute()).map((row) => ({ id: row.id, event: toEvent(row) }))
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
    return { items: items.map(toEvent), next }
  }

  /** How many lines there are on all pages; reads all of them. */
  async total(filter: AuthenticationFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
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
    return (await query.execute()).map(toEvent)
  }

  /** All lines of one transaction, newest first. */
  async ofTxid(txid: string, db: StoreDb): Promise<AuthenticationEvent[]> {
    const rows = await db
      .selectFrom('authentication_log')
      .selectAll()
      .where('txid', '=', txid)
      .orderBy('id', 'desc')
      .execute()
    return rows.map(toEvent)
  }
}

function filtered(filter: AuthenticationFilter, db: StoreDb) {
  let query = db.selectFrom('authentication_log')
  if (filter.username !== undefined) query = query.where('username', '=', filter.username)
  if (filter.result !== undefined) query = query.where('result', '=', filter.result)
  if (filter.reason !== undefined) query = query.where('reason', '=', filter.reason)
  if (filter.mintime !== undefined) query = query.where('timestamp', '>=', filter.mintime)
  if (filter.maxtime !== undefined) query = query.where('timestamp', '<=', filter.maxtime)
  return query
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
  }
}

type EventRow = Omit<AuthenticationEvent, 'userId' | 'result' | 'repeatOf'> & {
  readonly id: number
  readonly repeat_of: string | null
  readonly user_id: string | null
  readonly result: string
}

function toEvent({ id: _id, user_id, result, repeat_of, ...row }: EventRow): AuthenticationEvent {
  return {
    ...row,
    userId: user_id,
    repeatOf: repeat_of,
    result: result === 'success' || result === 'fraud' ? result : 'denied',
  }
}
