import pg from 'pg'
import type { Secret } from '../../host/secret.ts'

/** Where nodes tell each other. */
export const channel = 'countersign'

const firstRetryMs = 100
const longestRetryMs = 5_000
const connectMs = 10_000
const keepAliveMs = 10_000

export interface NotificationEvents {
  /** Another connection, or one of this process, has sent this. */
  readonly told: (payload: string) => void
  /** It listens, from now on or again. */
  readonly begun: () => void
}

/** A connection that PostgreSQL sends NOTIFY to; one that is lost is replaced. */
export class NotificationListener {
  readonly #url: Secret
  readonly #events: NotificationEvents
  #client: pg.Client | undefined
  #listening: Promise<void> | undefined
  #closed = false
  #endPause: (() => void) | undefined

  constructor(url: Secret, events: NotificationEvents) {
    this.#url = url
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
      retryMs = Math.min(retryMs * 2, longestRetryMs)
    }
  }

  /** @returns Whether it came to listening, once the connection is lost. */
  async #listen(): Promise<boolean> {
    const client = new pg.Client({
      connectionString: this.#url.reveal(),
      connectionTimeoutMillis: connectMs,
      // a server that is gone without a word is noticed
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveMs,
    })
    this.#client = client
    const lost = Promise.withResolvers<void>()
    client.on('error', () => lost.resolve())
    client.on('end', () => lost.resolve())
    client.on('notification', ({ payload = '' }) => this.#events.told(payload))
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
    } catch {
      await client.end().catch(() => {})
      return false
    }
    this.#events.begun()
    await lost.promise
    await client.end().catch(() => {})
    return true
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
