import type { CompiledQuery } from 'kysely'

/** Runs compiled statements at once, without a promise for each layer of the query builder. */
export interface DirectStatements {
  /** Whether this connection may run the statement. */
  takes(query: CompiledQuery): boolean
  /** @returns The rows; none for a statement without RETURNING. */
  run<Row>(query: CompiledQuery<Row>): Row[]
  /**
   * Runs statements that all read the same state: at least what this process has committed, and what others had
   * committed a turn of the event loop ago.
   *
   * @param work Must not wait for anything.
   */
  together<Result>(work: () => Result): Result
}

const byDb = new WeakMap<object, DirectStatements>()

/** Lets the prepared statements of `db`, which may be a transaction, run without the query builder. */
export function runDirectly(db: object, statements: DirectStatements): void {
  byDb.set(db, statements)
}

/** @returns `undefined` on PostgreSQL, where each statement is a round trip. */
export function findDirect(db: object): DirectStatements | undefined {
  return byDb.get(db)
}
