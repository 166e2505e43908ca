import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { outsideShares } from './database_share.ts'
import { channel, NotificationListener } from './notification_listener.ts'
import type { PostgresConnections } from './postgres_connections.ts'
import type { Schema } from './schema.ts'

const maxProbes = 3
const probeMs = 2_000

/** Waits for a topic to change. */
export interface Listener {
  wake(): void
}

/** The database by which nodes reach each other. */
export interface SharedDatabase {
  readonly connections: PostgresConnections
  readonly db: Kysely<Schema>
}

/**
 * Wakes listeners when a topic changes, in this process and, on PostgreSQL, on every other node. A
 * wake-up can be lost, such as when a node can't be reached, so listeners must also poll.
 */
export class WakeUps {
  /** Most topics have one listener, and there are thousands of them. */
  readonly #listeners = new Map<string, Listener | Set<Listener>>()
  readonly #shared: SharedDatabase | undefined
  readonly #others: NotificationListener | undefined
  /** Marks this node's own notifications, which also come back to it. */
  readonly #node = randomBytes(6).toString('base64url')
  /** Topics that open transactions have announced, by the transaction. */
  readonly #held = new Map<object, string[]>()
  readonly #unsent = new Set<string>()
  /** Notifications that this node has sent to itself, to check whether they arrive. */
  readonly #probes = new Map<string, () => void>()
  readonly #connected = Promise.withResolvers<void>()
  #sending: Promise<void> | undefined
  #closed = false
  #silent = false

  constructor(shared: SharedDatabase | undefined) {
    this.#shared = shared
    if (shared === undefined) return
    this.#others = new NotificationListener(shared.connections, {
      notified: (payload) => this.#notified(payload),
      // earlier notifications are lost
      connected: () => {
        this.#connected.resolve()
        this.#wakeAll()
      },
    })
  }

  /**
   * Wakes the listeners of a topic, on every node.
   *
   * @param db The transaction of `Store.transaction` that makes the change: listeners are woken after its
   *   commit, and not at all if it fails.
   */
  announce(topic: string, db: object): void {
    const held = this.#held.get(db)
    if (held !== undefined) {
      held.push(topic)
      return
    }
    this.wake(topic)
    if (this.#shared === undefined) return
    this.#unsent.add(topic)
    const { db: shared } = this.#shared
    this.#sending ??= outsideShares(() => this.#send(shared))
  }

  /** Wakes the listeners of this process alone. */
  wake(topic: string): void {
    const listening = this.#listeners.get(topic)
    if (!(listening instanceof Set)) return listening?.wake()
    for (const listener of [...listening]) listener.wake()
  }

  /** @returns Stops listening. */
  on(topic: string, wake: () => void): () => void {
    const listener = { wake }
    this.listen(topic, listener)
    return () => this.unlisten(topic, listener)
  }

  listen(topic: string, listener: Listener): void {
    // a program that never listens, such as the command line, needs no connection
    this.#others?.start()
    const others = this.#listeners.get(topic)
    if (others === undefined) this.#listeners.set(topic, listener)
    else if (others instanceof Set) others.add(listener)
    else this.#listeners.set(topic, new Set([others, listener]))
  }

  unlisten(topic: string, listener: Listener): void {
    const listening = this.#listeners.get(topic)
    if (listening instanceof Set) listening.delete(listener)
    const isLast = listening instanceof Set ? listening.size === 0 : listening === listener
    if (isLast) this.#listeners.delete(topic)
  }

  /**
   * Whether the database delivers notifications between nodes. A pooler that gives a connection to
   * one transaction after another (PgBouncer with `pool_mode=transaction`) accepts LISTEN and drops
   * every notification.
   *
   * @returns `true` on SQLite, which has one node.
   */
  async reachOtherNodes(): Promise<boolean> {
    if (this.#shared === undefined) return true
    this.#others?.start()
    await this.#connected.promise
    for (let probe = 0; probe < maxProbes; probe++) {
      if (this.#closed || (await this.#probe(this.#shared.db))) return true
    }
    this.#silent = !this.#closed
    return this.#closed
  }

  /** Whether a probe has shown that notifications of other nodes do not arrive. */
  get isSilent(): boolean {
    return this.#silent
  }

  /** @returns `true` also if the database can't be reached, which proves nothing. */
  async #probe(db: Kysely<Schema>): Promise<boolean> {
    const payload = `probe ${randomBytes(12).toString('base64url')}`
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(false), probeMs).unref()
    this.#probes.set(payload, () => resolve(true))
    try {
      await sql`select pg_notify(${channel}, ${payload})`.execute(db)
      return await promise
    } catch {
      return true
    } finally {
      clearTimeout(timer)
      this.#probes.delete(payload)
    }
  }

  /**
   * Runs a transaction whose announcements are collected, for the caller to announce after its commit.
   *
   * @param db The transaction.
   */
  async holding<Result>(
    db: object,
    topics: string[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    this.#held.set(db, topics)
    try {
      return await work()
    } finally {
      this.#held.delete(db)
    }
  }

  /** Sends the pending announcements, and stops waking listeners. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#others?.close()
    await this.#sending
    this.#listeners.clear()
  }

  /**
   * Runs after the commit, in its own statement: a NOTIFY inside a transaction makes PostgreSQL commit
   * such transactions one after another, each with a write to the disk; a NOTIFY alone writes nothing.
   * Announcements made during one statement share the next one.
   */
  async #send(db: Kysely<Schema>): Promise<void> {
    await new Promise(setImmediate)
    while (this.#unsent.size > 0) {
      const payloads = [...this.#unsent].map((topic) => `${this.#node} ${topic}`)
      this.#unsent.clear()
      await sql`select pg_notify(${channel}, payload) from unnest(${payloads}::text[]) as payload`
        .execute(db)
        // the other nodes find it when they poll
        .catch(() => {})
    }
    this.#sending = undefined
  }

  #notified(payload: string): void {
    this.#probes.get(payload)?.()
    const end = payload.indexOf(' ')
    if (payload.slice(0, end) !== this.#node) this.wake(payload.slice(end + 1))
  }

  #wakeAll(): void {
    for (const topic of [...this.#listeners.keys()]) this.wake(topic)
  }
}
