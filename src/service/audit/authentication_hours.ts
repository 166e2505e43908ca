import { sql } from 'kysely'
import type { StoreDb } from '../store/store.ts'

export const hourMs = 3_600_000
const rowsAtOnce = 100

/** What sign-ins are counted by. */
interface CountedSignIn {
  readonly timestamp: number
  readonly ikey?: string
  readonly factor?: string
  readonly result?: string
  readonly reason?: string
}

/** Adds sign-ins to the counts of their hours. */
export async function countHours(lines: readonly CountedSignIn[], db: StoreDb): Promise<void> {
  const counts = new Map<string, { row: HourRow; count: number }>()
  for (const { timestamp, ikey = '', factor = '', result = '', reason = '' } of lines) {
    const row = { hour: timestamp - (timestamp % hourMs), ikey, factor, result, reason }
    const key = JSON.stringify(row)
    const counted = counts.get(key)
    if (counted === undefined) counts.set(key, { row, count: 1 })
    else counted.count++
  }
  // in the same order on every node, so that they can't deadlock
  const rows = [...counts].sort(([one], [other]) => (one < other ? -1 : 1))
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    await db
      .insertInto('authentication_hours')
      .values(
        rows.slice(start, start + rowsAtOnce).map(([, { row, count }]) => ({ ...row, count })),
      )
      .onConflict((conflict) =>
        conflict.columns(['hour', 'ikey', 'factor', 'result', 'reason']).doUpdateSet({
          count: sql`authentication_hours.count + excluded.count`,
        }),
      )
      .execute()
  }
}

/** Deletes the counts of hours that ended before a moment. */
export async function deleteHours(before: number, db: StoreDb): Promise<void> {
  await db
    .deleteFrom('authentication_hours')
    .where('hour', '<', before - hourMs)
    .execute()
}

interface HourRow {
  readonly hour: number
  readonly ikey: string
  readonly factor: string
  readonly result: string
  readonly reason: string
}

interface CountedValues {
  readonly ikey?: string | undefined
  readonly factor?: string | undefined
  readonly result?: string | undefined
  readonly reason?: string | undefined
}

/**
 * The newest hours with enough matching sign-ins, newest first.
 *
 * @param range In milliseconds since 1970. The hour of `to` does not count towards `enough`, because some
 *   of its sign-ins are later.
 */
export async function matchingHours(
  values: CountedValues,
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
  enough: number,
  db: StoreDb,
): Promise<number[]> {
  let query = counted(values, db)
    .select((select) => ['hour', select.fn.sum<number>('count').as('count')])
    .groupBy('hour')
    .orderBy('hour', 'desc')
    // each hour has a match
    .limit(enough + 1)
  if (from !== undefined) query = query.where('hour', '>', from - hourMs)
  if (to !== undefined) query = query.where('hour', '<=', to)
  const hours: number[] = []
  let found = 0
  for (const { hour, count } of await query.execute()) {
    if (found >= enough) break
    hours.push(hour)
    if (to === undefined || hour + hourMs <= to) found += Number(count)
  }
  return hours
}

/** Sign-ins in one span of time, by one of their values. */
export interface SignInCount {
  /** Its start, in milliseconds since 1970. */
  readonly start: number
  readonly value: string
  readonly count: number
}

/**
 * Counts sign-ins over time from the counts of hours, so that the cost does not grow with the log.
 *
 * @param by What to count separately.
 * @param spanMs Length of a span, in whole hours.
 */
export async function signInCounts(
  by: 'result' | 'factor',
  {
    from,
    spanMs,
    ikey,
  }: { readonly from: number; readonly spanMs: number; readonly ikey?: string },
  db: StoreDb,
): Promise<SignInCount[]> {
  const start = sql<number>`hour - (hour % ${sql.lit(spanMs)})`
  let query = db
    .selectFrom('authentication_hours')
    .select((select) => [
      start.as('start'),
      `${by} as value`,
      select.fn.sum<number>('count').as('count'),
    ])
    .where('hour', '>=', from - hourMs)
    .groupBy([start, by])
    .orderBy(start)
  if (ikey !== undefined) query = query.where('ikey', '=', ikey)
  const rows = await query.execute()
  return rows.map((row) => ({
    start: Number(row.start),
    value: row.value,
    count: Number(row.count),
  }))
}

function counted(values: CountedValues, db: StoreDb) {
  let query = db.selectFrom('authentication_hours')
  for (const column of ['ikey', 'factor', 'result', 'reason'] as const) {
    const value = values[column]
    if (value !== undefined) query = query.where(column, '=', value)
  }
  return query
}
