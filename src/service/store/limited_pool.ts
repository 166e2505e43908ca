import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'
import { limitedSession } from './statement_limits.ts'

/**
 * A pool that limits how long statements run and wait for locks. Behind a pooler such as PgBouncer a
 * setting would apply to another client's statements, so there `sharesSessions` becomes true, and each
 * statement needs a transaction with limits.
 */
export class LimitedPool implements PostgresPool {
  readonly #pool: pg.Pool
  readonly #prepared = new WeakSet<object>()
  #limits = false
  #sharesSessions = false

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  get options(): object {
    return this.#pool.options
  }

  /** Whether there is a pooler between this process and PostgreSQL. */
  get sharesSessions(): boolean {
    return this.#sharesSessions
  }

  /** Applies the limits from now on; migrations run before. */
  limitStatements(): void {
    this.#limits = true
  }

  async connect(): Promise<PostgresPoolClient> {
    const client: PostgresPoolClient & object = await this.#pool.connect()
    if (!this.#limits || this.#prepared.has(client)) return client
    try {
      await this.#prepare(client)
      this.#prepared.add(client)
      return client
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async end(): Promise<void> {
    await this.#pool.end()
  }

  /** A pooler answers the start of a connection with a process ID of its own. */
  async #prepare(client: PostgresPoolClient): Promise<void> {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid', [])
    this.#sharesSessions = rows[0]?.pid !== client.processID
    if (!this.#sharesSessions) await client.query(limitedSession, [])
  }
}
