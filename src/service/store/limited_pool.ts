import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import type { PostgresConnections } from './postgres_connections.ts'
import { limitedSession } from './statement_limits.ts'

/**
 * A pool that limits how long statements run and wait for locks. Behind a pooler such as PgBouncer a
 * setting would apply to another client's statements, so there `sharesSessions` becomes true, and each
 * statement needs a transaction with limits.
 */
export class LimitedPool implements PostgresPool {
  readonly #pool: pg.Pool
  readonly #connections: PostgresConnections
  readonly #prepared = new WeakSet<object>()
  readonly #watched = new WeakMap<object, WatchedClient>()
  #limits = false
  #sharesSessions = false

  constructor(connections: PostgresConnections) {
    this.#pool = connections.pool()
    this.#connections = connections
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
    await this.#connections.findPrimary()
    const client: PostgresPoolClient & object = await this.#pool.connect()
    if (!this.#limits || this.#prepared.has(client)) return this.#watch(client)
    try {
      await this.#prepare(client)
      this.#prepared.add(client)
      return this.#watch(client)
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  async end(): Promise<void> {
    await this.#pool.end()
  }

  /** One object per client, because Kysely keeps its own beside each. */
  #watch(client: PostgresPoolClient & object): WatchedClient {
    const known = this.#watched.get(client)
    if (known !== undefined) return known
    const watched = new WatchedClient(client, () => void this.#connections.reconsider())
    this.#watched.set(client, watched)
    return watched
  }

  /** A pooler answers the start of a connection with a process ID of its own. */
  async #prepare(client: PostgresPoolClient): Promise<void> {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid', [])
    this.#sharesSessions = rows[0]?.pid !== client.processID
    if (!this.#sharesSessions) await client.query(limitedSession, [])
  }
}

/** A statement without an answer for so long may wait for a server that is gone. */
const silentMs = 1_000

/** A client that reports statements without an answer. */
class WatchedClient implements PostgresPoolClient {
  readonly processID?: number
  readonly #client: PostgresPoolClient
  readonly #onSilence: () => void

  constructor(client: PostgresPoolClient, onSilence: () => void) {
    this.#client = client
    this.#onSilence = onSilence
    if (client.processID !== undefined) this.processID = client.processID
  }

  query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  query<Row>(
    text: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof text !== 'string') return this.#client.query(text)
    const silent = setInterval(this.#onSilence, silentMs)
    return this.#client.query<Row>(text, parameters).finally(() => clearInterval(silent))
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy)
  }
}
