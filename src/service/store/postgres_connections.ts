import { Socket } from 'node:net'
import pg from 'pg'
import type { Secret } from '../../host/secret.ts'
import { parseDatabaseUrl, singleHosts } from './database_url.ts'
import { PostgresHosts } from './postgres_hosts.ts'
import { type PostgresAddress, postgresAddress } from './postgres_tls.ts'
import { Reachability } from './reachability.ts'
import { StoreError } from './store_error.ts'

/** Connections that statements wait for. */
export const poolSize = 10
/** For statements that do not queue. */
const spareConnections = 2
const connectMs = 10_000
/** Limit for asking one of several hosts whether it is the primary. */
const askMs = 2_000
const keepAliveMs = 10_000

type Hosts = PostgresHosts<PostgresAddress>

/**
 * The connections to PostgreSQL, to the primary of several hosts. They are cut off when the store closes,
 * when the primary has changed, and when its host can't be reached: a server that does not answer would
 * keep them open for minutes.
 */
export class PostgresConnections {
  readonly #hosts: Hosts
  readonly #Client: typeof pg.Client
  /** Sockets in use, with the host that each leads to. */
  readonly #sockets = new Map<Socket, string>()
  readonly #reachability = new Map<string, Reachability>()
  #over = false

  /** @throws {StoreError} `STORE_DATABASE_URL` if a file that it names can't be read. */
  constructor(url: Secret) {
    this.#hosts = new PostgresHosts({
      hosts: singleHosts(url.reveal()).map((text) => ({
        name: parseDatabaseUrl(text)?.host ?? '',
        address: postgresAddress(text),
      })),
      connect: (address) =>
        new pg.Client({ ...this.#options(address), connectionTimeoutMillis: askMs }),
    })
    this.#Client = clientOf(this.#hosts)
  }

  /** A pool for statements. */
  pool(): pg.Pool {
    const options = { ...this.#options(this.#hosts.current.address), Client: this.#Client }
    const pool = new pg.Pool({ ...options, max: poolSize + spareConnections })
    // a lost idle connection is replaced by the next acquire
    pool.on('error', () => this.#hosts.distrust())
    return pool
  }

  /**
   * Makes sure that new connections lead to the primary.
   *
   * @throws If no host takes writes; at once while the only host can't be reached.
   */
  async findPrimary(): Promise<void> {
    const { name } = this.#hosts.current
    if (!this.#hosts.hasSeveral && this.#reachability.get(name)?.isLost === true) {
      throw new StoreError(
        'STORE_UNREACHABLE',
        `the database at ${name} can't be reached over the network`,
      )
    }
    await this.#hosts.find()
  }

  /** A single client, not connected yet, with TCP keepalive, to notice a server that has vanished. */
  client(): pg.Client {
    const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: keepAliveMs }
    return new this.#Client({ ...this.#options(this.#hosts.current.address), ...keepAlive })
  }

  /**
   * Ends the connections to a host that is no longer the primary, or can't be reached, if a statement has
   * no answer.
   */
  async reconsider(): Promise<void> {
    if (this.#over) return
    const before = this.#hosts.current.name
    if (this.#hosts.hasSeveral) {
      this.#hosts.distrust()
      const { name } = await this.#hosts.find().catch(() => this.#hosts.current)
      if (name !== before) return this.#destroySockets(before)
    }
    const { host, port } = new pg.Client(this.#hosts.current.address)
    // a socket of this machine is always reachable
    if (!host.startsWith('/')) await this.#reachabilityOf(before).ask({ host, port })
  }

  #reachabilityOf(host: string): Reachability {
    const known = this.#reachability.get(host)
    if (known !== undefined) return known
    const added = new Reachability(() => this.#destroySockets(host))
    this.#reachability.set(host, added)
    return added
  }

  /** Ends all connections and refuses new ones; statements in progress fail. */
  cutOff(): void {
    this.#over = true
    for (const reachability of this.#reachability.values()) reachability.close()
    this.#destroySockets()
  }

  /** @param only The host whose connections end; otherwise all do. */
  #destroySockets(only?: string): void {
    for (const [socket, host] of this.#sockets) {
      if (only === undefined || host === only) socket.destroy()
    }
  }

  #options(address: PostgresAddress): pg.ClientConfig {
    return {
      ...address,
      connectionTimeoutMillis: connectMs,
      stream: () => this.#socket(),
    }
  }

  #socket(): Socket {
    const socket = new Socket()
    this.#sockets.set(socket, this.#hosts.current.name)
    socket.once('close', () => this.#sockets.delete(socket))
    if (this.#over) setImmediate(() => socket.destroy(new Error('the store is closed')))
    return socket
  }
}

/** A client that connects to the primary, whatever host its options name. */
function clientOf(hosts: Hosts): typeof pg.Client {
  return class PrimaryClient extends pg.Client {
    readonly #host = hosts.current

    constructor(options?: string | pg.ClientConfig) {
      const given = typeof options === 'string' ? { connectionString: options } : options
      super({ ...given, ...hosts.current.address })
      // a connection lost between two statements, while it is released, or before the pool has its own listener fails
      // its user and not the process
      this.on('error', () => hosts.distrust())
    }

    override connect(): Promise<pg.Client>
    override connect(callback: (error: Error | null, client?: pg.Client) => void): void
    override connect(
      callback?: (error: Error | null, client?: pg.Client) => void,
    ): Promise<pg.Client> | undefined {
      const connected = this.#connect()
      if (callback === undefined) return connected
      connected.then(
        (client) => callback(null, client),
        (error: Error) => callback(error),
      )
      return undefined
    }

    async #connect(): Promise<pg.Client> {
      if ((await hosts.find()) !== this.#host) {
        throw new Error('The primary has changed; connecting again')
      }
      try {
        return await super.connect()
      } catch (error) {
        hosts.distrust()
        throw error
      }
    }
  }
}
