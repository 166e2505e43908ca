import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import { isOutdated } from './connection_loss.ts'
import type { PostgresConnections } from './postgres_connections.ts'
import { limitedSession } from './statement_limits.ts'
import { statementName } from './statement_names.ts'

/** A client of `pg`, in the words of Kysely and with statements that the server keeps by a name. */
interface Client extends PostgresPoolClient {
  query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  query<Row>(kept: {
    readonly name: string
    readonly text: string
    readonly values: unknown[]
  }): Promise<PostgresQueryResult<Row>>
}

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
  /** False once another node has changed the tables: PostgreSQL then refuses prepared statements. */
  #keepsStatements = true

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
    const client: Client = await this.#pool.connect()
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
  #watch(client: Client): WatchedClient {
    const known = this.#watched.get(client)
    if (known !== undefined) return known
    const watched = new WatchedClient(client, {
      onSilence: () => void this.#connections.reconsider(),
      keepsStatements: () => this.#limits && this.#keepsStatements && !this.#sharesSessions,
      onOutdated: () => {
        this.#keepsStatements = false
      },
    })
    this.#watched.set(client, watched)
    return watched
  }

  /** A pooler answers the start of a connection with a process ID of its own. */
  async #prepare(client: Client): Promise<void> {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid', [])
    this.#sharesSessions = rows[0]?.pid !== client.processID
    if (!this.#sharesSessions) await client.query(limitedSession, [])
  }
}

/** A statement without an answer for so long may wait for a server that is gone. */
const silentMs = 1_000

interface WatchedClientOptions {
  readonly onSilence: () => void
  readonly keepsStatements: () => boolean
  readonly onOutdated: () => void
}

/** A client that reports statements without an answer, and keeps those that have a name. */
class WatchedClient implements PostgresPoolClient {
  readonly processID?: number
  readonly #client: Client
  readonly #options: WatchedClientOptions

  constructor(client: Client, options: WatchedClientOptions) {
    this.#client = client
    this.#options = options
    if (client.processID !== undefined) this.processID = client.processID
  }

  query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  query<Row>(
    text: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof text !== 'string') return this.#client.query(text)
    const silent = setInterval(this.#options.onSilence, silentMs)
    return this.#run<Row>(text, parameters).finally(() => clearInterval(silent))
  }

  async #run<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    const name = this.#options.keepsStatements() ? statementName(text) : undefined
    if (name === undefined) return await this.#client.query<Row>(text, values)
    try {
      return await this.#client.query<Row>({ name, text, values: [...values] })
    } catch (error) {
      if (isOutdated(error)) this.#options.onOutdated()
      throw error
    }
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy)
  }
}
