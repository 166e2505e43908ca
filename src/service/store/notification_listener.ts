import type pg from 'pg'
import type { PostgresConnections } from './postgres_connections.ts'

/** The channel by which nodes notify each other. */
export const channel = 'countersign'

const firstRetryMs = 100
const maxRetryMs = 5_000

export interface NotificationEvents {
  /** A notification has arrived, from another process or this one. */
  readonly notified: (payload: string) => void
  /** The listener is connected, for the first time or again. */
  readonly connected: () => void
}

/** A connection that PostgreSQL sends NOTIFY to; one that is lost is replaced. */
export class NotificationListener {
  readonly #connections: PostgresConnections
  readonly #events: NotificationEvents
  #client: pg.Client | undefined
  #listening: Promise<void> | undefined
  #closed = false
  #endPause: (() => void) | undefined

  constructor(connections: PostgresConnections, events: NotificationEvents) {
    this.#connections = connections
    this.#events = events
  }

  /** Listens until it is closed. */
  start(): void {
    if (!this.#closed) this.#listening ??= this.#keepListening()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#endPause?.()
    await this.#client?.end().catch(() => {})
    await this.#listening
  }

  async #keepListening(): Promise<void> {
    let retryMs = firstRetryMs
    while (!this.#closed) {
      if (await this.#listen()) retryMs = firstRetryMs
      if (this.#closed) return
      await this.#pause(retryMs)
      retryMs = Math.min(retryMs * 2, maxRetryMs)
    }
  }

  /** Returns once the connection is lost. @returns Whether it had begun to listen. */
  async #listen(): Promise<boolean> {
    const client = this.#connections.client()
    this.#client = client
    const lost = Promise.withResolvers<void>()
    client.on('error', () => lost.resolve())
    client.on('end', () => lost.resolve())
    client.on('notification', ({ payload = '' }) => this.#events.notified(payload))
    // pg never settles the connect of a client that is ended meanwhile
    const listens = await Promise.race([lost.promise, this.#begin(client)])
    if (listens === true) {
      this.#events.connected()
      await lost.promise
    }
    await client.end().catch(() => {})
    return listens === true
  }

  async #begin(client: pg.Client): Promise<boolean> {
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
      return true
    } catch {
      return false
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
