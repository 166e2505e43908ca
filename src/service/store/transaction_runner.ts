import { type Dialect, type Kysely, Transaction } from 'kysely'
import type { BoundedDriver } from './bounded_driver.ts'
import { runDirectly } from './direct_statements.ts'
import type { Schema } from './schema.ts'

/** Runs transactions as Kysely does, with fewer promises. */
export class TransactionRunner {
  readonly #db: Kysely<Schema>
  readonly #driver: BoundedDriver
  readonly #dialect: Dialect

  constructor(db: Kysely<Schema>, driver: BoundedDriver, dialect: Dialect) {
    this.#db = db
    this.#driver = driver
    this.#dialect = dialect
  }

  /** Commits when `work` is done, and rolls back if it fails. */
  async run<Result>(work: (db: Kysely<Schema>) => Promise<Result>): Promise<Result> {
    const driver = this.#driver
    const connection = await driver.acquireConnection()
    let isOver = false
    try {
      await driver.beginTransaction(connection, {})
      const executor = this.#db.getExecutor().withConnectionProvider({
        provideConnection: async (consumer) => {
          if (isOver) throw new Error('the transaction has ended')
          return await consumer(connection)
        },
      })
      const config = { dialect: this.#dialect }
      const db = new Transaction<Schema>({ config, driver, dialect: this.#dialect, executor })
      if (connection.direct !== undefined) runDirectly(db, connection.direct)
      try {
        const result = await work(db)
        await driver.commitTransaction(connection)
        return result
      } catch (error) {
        await driver.rollbackTransaction(connection)
        throw error
      }
    } finally {
      isOver = true
      await driver.releaseConnection(connection)
    }
  }
}
