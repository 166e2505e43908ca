import { Socket } from 'node:net'
import pg from 'pg'
import type { Secret } from '../../host/secret.ts'
import { type PostgresAddress, postgresAddress } from './postgres_tls.ts'

/** Connections that statements wait for. */
export const poolSize = 10
/** For statements that do not queue. */
const spareConnections = 2
const connectMs = 10_000
const keepAliveMs = 10_000

/**
 * The connections to PostgreSQL. They are cut off when the store closes: a server that does not answer
 * would keep them open forever.
 */
export class PostgresConnections {
  readonly #address: PostgresAddress
  readonly #sockets = new Set<Socket>()
  #over = false

  /** @throws {StoreError} `STORE_DATABASE_URL` if a file that it names can't be read. */
  constructor(url: Secret) {
    this.#address = postgresAddress(url.reveal())
  }

  /** A pool for statements. */
  pool(): pg.Pool {
    const pool = new pg.Pool({ ...this.#options(), max: poolSize + spareConnections })
    // a lost idle connection is replaced by the next acquire
    pool.on('error', () => {})
    // a connection lost between two statements, or while it is released, fails its user and not the
    // process
    pool.on('connect', (client) => client.on('error', () => {}))
    return pool
  }

  /** A single client, not connected yet, with TCP keepalive, to notice a server that has vanished. */
  client(): pg.Client {
    const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: keepAliveMs }
    return new pg.Client({ ...this.#options(), ...keepAlive })
  }

  /** Ends all connections and refuses new ones; statements in progress fail. */
  cutOff(): void {
    this.#over = true
    for (const socket of this.#sockets) socket.destroy()
  }

  #options(): pg.ClientConfig {
    return {
      ...this.#address,
      connectionTimeoutMillis: connectMs,
      stream: () => this.#socket(),
    }
  }

  #socket(): Socket {
    const socket = new Socket()
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    if (this.#over) setImmediate(() => socket.destroy(new Error('the store is closed')))
    return socket
  }
}
