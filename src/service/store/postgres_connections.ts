import { Socket } from 'node:net'
import pg from 'pg'
import type { Secret } from '../../host/secret.ts'

const poolSize = 10
const connectMs = 10_000
const keepAliveMs = 10_000

/**
 * The connections to a PostgreSQL. None outlives the store: a server that does not answer would keep
 * each of them for ever.
 */
export class PostgresConnections {
  readonly #url: Secret
  readonly #sockets = new Set<Socket>()
  #over = false

  constructor(url: Secret) {
    this.#url = url
  }

  /** A pool for statements. */
  pool(): pg.Pool {
    const pool = new pg.Pool({ ...this.#options(), max: poolSize })
    // an idle connection that is lost is replaced when the next one is asked for
    pool.on('error', () => {})
    // one that is lost between two statements, or while it is given up, fails those who use it, and
    // not the whole process
    pool.on('connect', (client) => client.on('error', () => {}))
    return pool
  }

  /** A single one, not connected yet, that notices a server that is gone without a word. */
  client(): pg.Client {
    const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: keepAliveMs }
    return new pg.Client({ ...this.#options(), ...keepAlive })
  }

  /** Ends all of them, and lets none begin; whoever still waits for an answer gets an error. */
  cutOff(): void {
    this.#over = true
    for (const socket of this.#sockets) socket.destroy()
  }

  #options(): pg.ClientConfig {
    return {
      connectionString: this.#url.reveal(),
      connectionTimeoutMillis: connectMs,
      stream: () => this.#socket(),
    }
  }

  #socket(): Socket {
    const socket = new Socket()
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    if (this.#over)
      setImmediate(() => socket.destroy(new Error('the database is not asked any more')))
    return socket
  }
}
