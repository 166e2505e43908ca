import { type Selectable, sql } from 'kysely'
import { type Page, type PageRequest, readPage } from '../store/keyset.ts'
import { findLogKey } from '../store/log_key.ts'
import type { Schema } from '../store/schema.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { isAuthentic, signLine } from './log_lines.ts'
import { timeOrder } from './time_order.ts'

/** One message or call; logged before the provider is asked for it. */
export interface TelephonyEvent {
  readonly timestamp: number
  readonly type: 'sms' | 'phone'
  /** Its purpose. */
  readonly context: 'authentication' | 'enrollment' | 'administrator'
  /** E.164. */
  readonly number: string
  readonly userId: string | null
  readonly txid: string | null
  /** As the configuration names it. */
  readonly provider: string
  readonly result: TelephonyResult
  /** The provider's identifier or its reason; never the text of a message. */
  readonly detail: string
}

/** `started`: the provider has not replied yet; `limited`: it was not asked. */
export type TelephonyResult = 'started' | 'sent' | 'refused' | 'unreachable' | 'limited'

/** Which lines of the log are listed. */
export interface TelephonyLogFilter {
  readonly userId?: string
  readonly type?: TelephonyEvent['type']
  readonly mintime?: number
  readonly maxtime?: number
}

export interface TelephonyFilter extends TelephonyLogFilter {
  /** Only entries with a higher id. */
  readonly afterId?: number
  readonly limit: number
}

/** Number of the advisory lock; no other one of the schema may have it. */
const lockNumber = 7_403_915

const maxDetailLength = 500

export class TelephonyLog {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /**
   * Locks the log until the transaction ends, so that a count is still right when its line is written.
   */
  async hold(db: StoreDb): Promise<void> {
    // SQLite runs one writing transaction at a time
    if (this.#store.dialect !== 'postgres') return
    await sql`select pg_advisory_xact_lock(${lockNumber})`.execute(db)
  }

  /**
   * How many a provider was asked for after `since`, with any result: for one user, to one number, or
   * in all.
   */
  async count(
    type: TelephonyEvent['type'],
    whose: { readonly userId: string } | { readonly number: string } | 'all',
    since: number,
    db: StoreDb,
  ): Promise<number> {
    let query = db
      .selectFrom('telephony_log')
      .select((select) => select.fn.countAll().as('count'))
      .where('type', '=', type)
      .where('timestamp', '>', since)
      .where('result', '<>', 'limited')
    if (whose !== 'all') {
      query =
        'userId' in whose
          ? query.where('user_id', '=', whose.userId)
          : query.where('number', '=', whose.number)
    }
    return Number((await query.executeTakeFirstOrThrow()).count)
  }

  /** @returns The id of the line, for `finish`. */
  async append(event: TelephonyEvent, db: StoreDb): Promise<number> {
    const { userId, ...columns } = event
    const row = { ...columns, user_id: userId }
    const mac = signLine('telephony_log', row, findLogKey(db))
    const { id } = await db
      .insertInto('telephony_log')
      .values({ ...row, mac })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }

  /** Sets the result of a line that was started. */
  async finish(
    id: number,
    { result, detail }: Pick<TelephonyEvent, 'result' | 'detail'>,
    db: StoreDb,
  ): Promise<void> {
    const started = await db
      .selectFrom('telephony_log')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    if (started === undefined) return
    const end = { result, detail: detail.slice(0, maxDetailLength).toWellFormed() }
    const key = findLogKey(db)
    // a forged line stays recognisable
    const mac = isAuthentic('telephony_log', started, key)
      ? signLine('telephony_log', { ...started, ...end }, key)
      : started.mac
    await db
      .updateTable('telephony_log')
      .set({ ...end, mac })
      .where('id', '=', id)
      // a line that is not finished in time is chained, and no longer changes
      .where('id', 'in', (select) =>
        select.selectFrom('log_queue').select('row_id').where('log', '=', 'telephony_log'),
      )
      .execute()
  }

  /** A page of the log, newest first by default. */
  async page(
    request: PageRequest<'timestamp'> & TelephonyLogFilter,
    db: StoreDb,
  ): Promise<Page<TelephonyEvent & { readonly id: number }>> {
    const { items, next } = await readPage(
      filtered(request, db).selectAll(),
      timeOrder('telephony_log', request),
      request,
    )
    return { items: items.map((row) => ({ id: row.id, ...toTelephonyEvent(row) })), next }
  }

  /** How many lines there are on all pages; reads all of them. */
  async total(filter: TelephonyLogFilter, db: StoreDb): Promise<number> {
    const { count } = await filtered(filter, db)
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** As `total`, but counts no further than `max`. */
  async totalUpTo(max: number, filter: TelephonyLogFilter, db: StoreDb): Promise<number> {
    const lines = filtered(filter, db).select('id').limit(max)
    const { count } = await db
      .selectFrom(lines.as('lines'))
      .select((select) => select.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** Newest first. */
  async list(filter: TelephonyFilter, db: StoreDb): Promise<TelephonyEvent[]> {
    return (await this.entries(filter, db)).map(({ event }) => event)
  }

  /** Newest first, with the ids that `afterId` takes. */
  async entries(
    filter: TelephonyFilter,
    db: StoreDb,
  ): Promise<{ readonly id: number; readonly event: TelephonyEvent }[]> {
    let query = filtered(filter, db).selectAll().orderBy('id', 'desc').limit(filter.limit)
    if (filter.afterId !== undefined) query = query.where('id', '>', filter.afterId)
    return (await query.execute()).map((row) => ({ id: row.id, event: toTelephonyEvent(row) }))
  }
}

function filtered(filter: TelephonyLogFilter, db: StoreDb) {
  let query = db.selectFrom('telephony_log')
  if (filter.userId !== undefined) query = query.where('user_id', '=', filter.userId)
  if (filter.type !== undefined) query = query.where('type', '=', filter.type)
  if (filter.mintime !== undefined) query = query.where('timestamp', '>=', filter.mintime)
  if (filter.maxtime !== undefined) query = query.where('timestamp', '<=', filter.maxtime)
  return query
}

export function toTelephonyEvent(row: Selectable<Schema['telephony_log']>): TelephonyEvent {
  return {
    timestamp: row.timestamp,
    type: row.type === 'phone' ? 'phone' : 'sms',
    context: parseContext(row.context),
    number: row.number,
    userId: row.user_id,
    txid: row.txid,
    provider: row.provider,
    result: parseResult(row.result),
    detail: row.detail,
  }
}

function parseContext(text: string): TelephonyEvent['context'] {
  return text === 'enrollment' || text === 'administrator' ? text : 'authentication'
}

const results: readonly TelephonyResult[] = ['started', 'sent', 'refused', 'unreachable', 'limited']

function parseResult(text: string): TelephonyResult {
  return results.find((result) => result === text) ?? 'started'
}
