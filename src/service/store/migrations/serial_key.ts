import { type ColumnDefinitionBuilder, type Kysely, PostgresAdapter } from 'kysely'

type SerialKey = readonly [
  'bigserial' | 'integer',
  (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder,
]

/** A primary key that the database counts itself, in the words of either. */
export function serialKey(db: Kysely<unknown>): SerialKey {
  return db.getExecutor().adapter instanceof PostgresAdapter
    ? ['bigserial', (column) => column.primaryKey()]
    : ['integer', (column) => column.primaryKey().autoIncrement()]
}
