import type pg from 'pg'
import type { PostgresConnections } from './postgres_connections.ts'

/** Where nodes tell each other. */
export const channel = 'countersign'

const firstRetryMs = 100
const maxRetryMs = 5_000

export interface NotificationEvents {
  /** Another connection, or one of this process, has sent this. */
  readonly told: (payload: string) => void
  /** It listens, from now on or again. */
  readonly begun: () => void
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

  /** Goes on until it is closed. */
  start(): void {
    if (!this.#closed) this.#listening ??= this.#listenAgainAndAgain()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#endPause?.()
    await this.#client?.end().catch(() => {})
    await this.#listening
  }

  async #listenAgainAndAgain(): Promise<void> {
    let retryMs = firstRetryMs
    while (!this.#closed) {
      if (await this.#listen()) retryMs = firstRetryMs
      if (this.#closed) return
      await this.#pause(retryMs)
      retryMs = Math.min(retryMs * 2, maxRetryMs)
    }
  }

  /** @returns Whether it came to listening, once the connection is lost. */
  async #listen(): Promise<boolean> {
    const client = this.#connections.client()
    this.#client = client
    const lost = Promise.withResolvers<void>()
    client.on('error', () => lost.resolve())
    client.on('end', () => lost.resolve())
    client.on('notification', ({ payload = '' }) => this.#events.told(payload))
    // pg never settles the connect of a client that is ended meanwhile
    const listens = await Promise.race([lost.promise, this.#begin(client)])
    if (listens === true) {
      this.#events.begun()
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
