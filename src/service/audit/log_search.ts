import { type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import {
  cursorValue,
  mergePages,
  type Page,
  type PageRequest,
  readPage,
  type Sorted,
  type SortedRow,
} from '../store/keyset.ts'
import type { Schema } from '../store/schema.ts'
import type { StoreDb } from '../store/store.ts'
import { type AdministratorEvent, toAdministratorEvent } from './administrator_log.ts'
import { hourMs, matchingHours } from './authentication_hours.ts'
import { type AuthenticationEvent, toAuthenticationEvent } from './authentication_log.ts'
import { findByRarest } from './rarest_value.ts'
import { type TelephonyEvent, toTelephonyEvent } from './telephony_log.ts'
import { timeOrder } from './time_order.ts'

/** A line of a log with its number, which is unique in that log. */
export type Numbered<Event> = Event & { readonly id: number }

interface TimeRange {
  /** In milliseconds since 1970. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Each value narrows the search. */
export interface SignInSearch extends TimeRange {
  readonly userId?: string | undefined
  readonly username?: string | undefined
  readonly ikey?: string | undefined
  readonly factor?: string | undefined
  readonly result?: string | undefined
  readonly reason?: string | undefined
  readonly address?: string | undefined
}

export interface ChangeSearch extends TimeRange {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly userId?: string | undefined
  readonly objectId?: string | undefined
  readonly address?: string | undefined
}

export interface MessageSearch extends TimeRange {
  readonly userId?: string | undefined
  readonly type?: string | undefined
  readonly number?: string | undefined
  readonly result?: string | undefined
}

type Request = Pick<PageRequest, 'after' | 'limit'>

/**
 * A page of sign-ins, newest first. Each value has an index. Two common values may never occur together, so
 * for applications, factors, results and reasons the counts of hours say which hours have matches, and only
 * those are read.
 *
 * @param now In milliseconds since 1970; lines of its hour may not be counted yet.
 */
export async function searchSignIns(
  search: SignInSearch,
  request: Request,
  now: number,
  db: StoreDb,
): Promise<Page<Numbered<AuthenticationEvent>>> {
  const { userId, username, ikey, factor, result, reason, address, from, to } = search
  const counted = { ikey, factor, result, reason }
  const values = { user_id: userId, username, ipaddr: address, ...counted }
  let query = inRange(db.selectFrom('authentication_log').selectAll(), { from, to })
  for (const condition of await findByRarest('authentication_log', values, db)) {
    query = query.where(condition)
  }
  const order = timeOrder('authentication_log', request)
  const given = Object.values(counted).filter((value) => value !== undefined).length
  if (given < 2 || (userId ?? username ?? address) !== undefined) {
    return toPage(await readPage(query, order, request), toAuthenticationEvent)
  }
  const after = request.after === undefined ? undefined : cursorValue(request.after, order)
  const range = { from, to: after === undefined ? to : Number(after) }
  const hours = await matchingHours(counted, range, request.limit + 1, db)
  const read: Page<Sorted<Numbered<AuthenticationEvent>>>[] = []
  let found = 0
  for (const hour of newestFirst([...hours, now])) {
    const inHour = inRange(query, { from: hour, to: hour + hourMs - 1 })
    const { items, next } = await readPage(inHour, order, request)
    read.push({ items: items.map((row) => toSorted(row)), next })
    found += items.length
    if (found > request.limit || next !== null) break
  }
  return mergePages(read, request, order)
}

/** A page of changes by administrators, newest first. */
export async function searchChanges(
  { actor, action, userId, objectId, address, from, to }: ChangeSearch,
  request: Request,
  db: StoreDb,
): Promise<Page<Numbered<AdministratorEvent>>> {
  let query = inRange(db.selectFrom('administrator_log').selectAll(), { from, to })
  const values = { actor, action, user_id: userId, object_id: objectId, address }
  for (const condition of await findByRarest('administrator_log', values, db)) {
    query = query.where(condition)
  }
  const page = await readPage(query, timeOrder('administrator_log', request), request)
  return toPage(page, toAdministratorEvent)
}

/** A page of messages and calls, newest first. */
export async function searchMessages(
  { userId, type, number, result, from, to }: MessageSearch,
  request: Request,
  db: StoreDb,
): Promise<Page<Numbered<TelephonyEvent>>> {
  let query = inRange(db.selectFrom('telephony_log').selectAll(), { from, to })
  const values = { user_id: userId, number, type, result }
  for (const condition of await findByRarest('telephony_log', values, db)) {
    query = query.where(condition)
  }
  return toPage(
    await readPage(query, timeOrder('telephony_log', request), request),
    toTelephonyEvent,
  )
}

/** One sign-in by its number. */
export async function findSignIn(
  id: number,
  db: StoreDb,
): Promise<Numbered<AuthenticationEvent> | undefined> {
  const row = await db
    .selectFrom('authentication_log')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : { id, ...toAuthenticationEvent(row) }
}

/** One change by its number. */
export async function findChange(
  id: number,
  db: StoreDb,
): Promise<Numbered<AdministratorEvent> | undefined> {
  const row = await db
    .selectFrom('administrator_log')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : { id, ...toAdministratorEvent(row) }
}

function inRange<Table extends 'authentication_log' | 'administrator_log' | 'telephony_log', Row>(
  query: SelectQueryBuilder<Schema, Table, Row>,
  { from, to }: TimeRange,
): SelectQueryBuilder<Schema, Table, Row> {
  let narrowed = query
  if (from !== undefined) narrowed = narrowed.where(sql<boolean>`timestamp >= ${from}`)
  if (to !== undefined) narrowed = narrowed.where(sql<boolean>`timestamp <= ${to}`)
  return narrowed
}

/** The starts of the hours of these moments. */
function newestFirst(moments: readonly number[]): number[] {
  const starts = new Set(moments.map((moment) => moment - (moment % hourMs)))
  return [...starts].sort((one, other) => other - one)
}

function toSorted(
  row: Selectable<Schema['authentication_log']> & SortedRow,
): Sorted<Numbered<AuthenticationEvent>> {
  const { sort_value, sort_key } = row
  return { item: { id: row.id, ...toAuthenticationEvent(row) }, sort_value, sort_key }
}

function toPage<Row extends SortedRow & { readonly id: number }, Event extends object>(
  { items, next }: Page<Row>,
  toEvent: (row: Row) => Event,
): Page<Numbered<Event>> {
  return { items: items.map((row) => ({ id: row.id, ...toEvent(row) })), next }
}
