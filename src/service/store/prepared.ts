import type { Compilable, CompiledQuery, DialectAdapter } from 'kysely'
import type { StoreDb } from './store.ts'

/** A statement that has been compiled: run it with its parameters. */
export type Prepared<Parameters, Row> = (db: StoreDb, parameters: Parameters) => Promise<Row[]>

/** Stands for a parameter while a statement is built. */
class Parameter {
  readonly name: PropertyKey

  constructor(name: PropertyKey) {
    this.name = name
  }
}

/**
 * A statement of the way that every sign-in takes: built and compiled once for each kind of
 * database, since that costs several times what running it does.
 *
 * @param build Makes the statement; each property of its second argument stands for the parameter
 *   of that name, and is nothing but what is compared or set.
 */
export function prepared<Parameters extends object, Row>(
  build: (db: StoreDb, parameters: Parameters) => Compilable<Row>,
): Prepared<Parameters, Row> {
  const compiled = new WeakMap<DialectAdapter, CompiledQuery<Row>>()
  return async (db, parameters) => {
    const { adapter } = db.getExecutor()
    let query = compiled.get(adapter)
    if (query === undefined) {
      query = build(db, placeholders()).compile()
      compiled.set(adapter, query)
    }
    const values = new Map<PropertyKey, unknown>(Object.entries(parameters))
    const bound = query.parameters.map((parameter) =>
      parameter instanceof Parameter ? values.get(parameter.name) : parameter,
    )
    return (await db.executeQuery<Row>({ ...query, parameters: bound })).rows
  }
}

function placeholders<Parameters extends object>(): Parameters {
  const target: Partial<Parameters> = {}
  // the statement is only built with it, never run
  return new Proxy(target, { get: (_, name) => new Parameter(name) }) as Parameters
}
