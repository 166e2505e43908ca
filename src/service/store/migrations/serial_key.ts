import type { ColumnDefinitionBuilder, Kysely } from 'kysely'
import { findDialect } from '../dialect.ts'

type SerialKey = readonly [
  'bigserial' | 'integer',
  (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder,
]

/** The type and options of a primary key that the database counts up. */
export function serialKey(db: Kysely<unknown>): SerialKey {
  return findDialect(db) === 'postgres'
    ? ['bigserial', (column) => column.primaryKey()]
    : ['integer', (column) => column.primaryKey().autoIncrement()]
}
