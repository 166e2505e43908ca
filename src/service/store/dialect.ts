import { type Kysely, PostgresAdapter } from 'kysely'

/** The databases that the service supports. */
export type Dialect = 'sqlite' | 'postgres'

/**
 * The database that queries of `db`, which may be a transaction, are compiled for. Kysely does not
 * document the adapter of its executor; test/service/store/kysely.test.ts states what is relied on.
 */
export function findDialect(db: Pick<Kysely<unknown>, 'getExecutor'>): Dialect {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite'
}
