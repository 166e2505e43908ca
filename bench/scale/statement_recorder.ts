/**
 * Loaded into a service before its own code (`node --import`): appends each statement that runs on SQLite
 * to the file in `RECORDED_STATEMENTS`, as a line of JSON.
 */
import { appendFileSync } from 'node:fs'
import { DatabaseSync, StatementSync } from 'node:sqlite'

const file = process.env.RECORDED_STATEMENTS
const texts = new WeakMap<StatementSync, string>()

function record(text: string): void {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(text)}\n`)
}

const prepare = DatabaseSync.prototype.prepare
DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...given) {
  const statement = prepare.apply(this, given)
  texts.set(statement, given[0])
  return statement
}

for (const name of ['get', 'all', 'run', 'iterate'] as const) {
  const original = StatementSync.prototype[name]
  Object.defineProperty(StatementSync.prototype, name, {
    value(this: StatementSync, ...values: unknown[]) {
      record(texts.get(this) ?? '')
      return Reflect.apply(original, this, values)
    },
  })
}
