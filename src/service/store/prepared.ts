import type { Compilable, CompiledQuery, Expression, Kysely } from 'kysely'
import { type Dialect, findDialect } from './dialect.ts'
import { type DirectStatements, findDirect } from './direct_statements.ts'
import type { Schema } from './schema.ts'
import { nameStatement } from './statement_names.ts'

/** A compiled statement: runs in `db` with these parameters. */
export interface Prepared<Parameters, Row> {
  (db: Kysely<Schema>, parameters: Parameters): Promise<Row[]>
  /** Runs a read at once, on SQLite; see `DirectStatements.together`. */
  readonly read: (direct: DirectStatements, db: Kysely<Schema>, parameters: Parameters) => Row[]
  /** Builds it as a part of another statement. */
  readonly build: (db: Kysely<Schema>, parameters: Parameters) => Compilable<Row>
}

/** A parameter that, in a part of another statement, may also be an expression of that statement. */
export type Bound<Value> = Value | Expression<Value>

/** Takes the place of a parameter's value while a statement is built. */
class Placeholder {
  readonly name: PropertyKey

  constructor(name: PropertyKey) {
    this.name = name
  }
}

/**
 * A statement that every sign-in runs. It is built and compiled once for each kind of database, since
 * that takes several times as long as running it. On SQLite it also bypasses the query builder; PostgreSQL
 * parses and plans it once for each connection.
 *
 * Relies on Kysely keeping the values of a statement untouched in `CompiledQuery.parameters`;
 * test/service/store/kysely.test.ts states it.
 *
 * @param build Builds the statement. Each property of its second argument is a placeholder for the
 *   parameter of that name: it can only be compared or set as a whole.
 */
export function prepared<Parameters extends object, Row>(
  build: (db: Kysely<Schema>, parameters: Parameters) => Compilable<Row>,
): Prepared<Parameters, Row> {
  const compiled = new Map<Dialect, CompiledQuery<Row>>()
  const bind = (db: Kysely<Schema>, parameters: Parameters): CompiledQuery<Row> => {
    const dialect = findDialect(db)
    let known = compiled.get(dialect)
    if (known === undefined) {
      known = build(db, placeholders()).compile()
      compiled.set(dialect, known)
      if (dialect === 'postgres') nameStatement(known.sql)
    }
    const { query, queryId, sql } = known
    const bound: unknown[] = []
    for (const parameter of known.parameters) {
      const isPlaceholder = parameter instanceof Placeholder
      bound.push(isPlaceholder ? Reflect.get(parameters, parameter.name) : parameter)
    }
    return { query, queryId, sql, parameters: bound }
  }
  const run = async (db: Kysely<Schema>, parameters: Parameters): Promise<Row[]> => {
    const bound = bind(db, parameters)
    const direct = findDirect(db)
    return direct?.takes(bound) ? direct.run<Row>(bound) : (await db.executeQuery<Row>(bound)).rows
  }
  const read = (direct: DirectStatements, db: Kysely<Schema>, parameters: Parameters): Row[] =>
    direct.run<Row>(bind(db, parameters))
  return Object.assign(run, { read, build })
}

/** An object whose properties all exist, each as a placeholder of its name. */
function placeholders<Parameters extends object>(): Parameters {
  const target: Partial<Parameters> = {}
  // the values are never used, only compiled
  return new Proxy(target, { get: (_, name) => new Placeholder(name) }) as Parameters
}
