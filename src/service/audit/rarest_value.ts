import { type RawBuilder, sql } from 'kysely'
import { findDialect } from '../store/dialect.ts'
import type { StoreDb } from '../store/store.ts'

/** Lines that one value may have to be read whole; the values of a log are compared up to this number. */
const maxCounted = 2_000

type Log = 'authentication_log' | 'administrator_log' | 'telephony_log'
type Values = Readonly<Record<string, string | undefined>>

/**
 * The conditions that lines of a log have these values, so that the database finds the lines of the rarest
 * value by its index, in the order of time. SQLite has no statistics and could read the whole log by the
 * index of a common value; PostgreSQL chooses by its own.
 *
 * @param values By column; each column has an index with the time.
 */
export async function findByRarest(
  log: Log,
  values: Values,
  db: StoreDb,
): Promise<RawBuilder<boolean>[]> {
  const given = Object.entries(values).flatMap(([column, value]) =>
    value === undefined ? [] : [{ column, equals: sql`${sql.ref(column)} = ${value}` }],
  )
  if (given.length < 2 || findDialect(db) === 'postgres') {
    return given.map(({ equals }) => sql<boolean>`${equals}`)
  }
  const counts = given.map(
    ({ column, equals }) =>
      sql`(select count(*) from (select 1 from ${sql.table(log)} where ${equals} limit ${sql.lit(maxCounted)}) as bounded) as ${sql.ref(column)}`,
  )
  const { rows } = await sql<Record<string, number>>`select ${sql.join(counts)}`.execute(db)
  const lines = given.map(({ column }) => Number(rows[0]?.[column]))
  const rarest = lines.indexOf(Math.min(...lines))
  return given.map(({ equals }, index) =>
    index === rarest ? sql<boolean>`${equals}` : sql<boolean>`+(${equals})`,
  )
}
