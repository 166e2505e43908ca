import {
  CompiledQuery as Compiled,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { busyError, contentionAsBusy } from './contention.ts'
import { currentShare } from './database_share.ts'
import { Slots } from './slots.ts'
import { StoreError } from './store_error.ts'

export interface BoundedDriverOptions {
  /** Connections at once; none for a driver that needs no bound. */
  readonly connections: number | undefined
  /** Connections at once of pages and apps that anyone can reach. */
  readonly publicConnections: number
  /** Statement that begins a transaction, once migrations are done. */
  readonly begin: string | undefined
  /** Statement that limits how long a connection waits for locks, once migrations are done. */
  readonly lockTimeout: string | undefined
}

const maxWaitMs = 5_000
const maxWaiting = 5_000
/** A burst that fills the queue sooner proves nothing about the database. */
const minSilentMs = 1_000
const maxPublicWaiting = 500

/**
 * Bounds how many wait for a connection and how long, and turns contention of every kind into
 * `STORE_BUSY`. Public pages and apps have a share of their own, so that they can't starve sign-ins.
 */
export class BoundedDriver implements Driver {
  readonly #driver: Driver
  readonly #options: BoundedDriverOptions
  readonly #slots: Slots | undefined
  readonly #publicSlots: Slots
  #answeredAt = Number.NEGATIVE_INFINITY
  readonly #limited = new WeakSet<DatabaseConnection>()
  #limitsWaits = false

  constructor(driver: Driver, options: BoundedDriverOptions) {
    this.#driver = driver
    this.#options = options
    const { connections, publicConnections } = options
    const refuse = (reason: string, queuedMs: number) => this.#refusal(reason, queuedMs)
    const bounds = { maxWaitMs, refuse }
    this.#slots =
      connections === undefined
        ? undefined
        : new Slots({ ...bounds, count: connections, maxWaiting })
    this.#publicSlots = new Slots({
      ...bounds,
      ...{ count: publicConnections, maxWaiting: maxPublicWaiting },
    })
  }

  /** When the database last answered a statement, by the monotonic clock of `performance.now()`. */
  get answeredAt(): number {
    return this.#answeredAt
  }

  /** From now on nothing waits longer for a lock than a sign-in can; migrations may. */
  limitWaits(): void {
    this.#limitsWaits = this.#options.begin !== undefined
  }

  async init(): Promise<void> {
    await this.#driver.init()
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const { isPublic, skipsQueue } = currentShare()
    const slots = skipsQueue ? [] : [...(isPublic ? [this.#publicSlots] : []), this.#slots]
    const held: Slots[] = []
    const leave = () => {
      for (const slot of held) slot.leave()
    }
    try {
      for (const slot of slots) {
        if (slot === undefined) continue
        await slot.enter()
        held.push(slot)
      }
      const connection = await this.#driver.acquireConnection()
      await this.#limitLocks(connection)
      return new BoundedConnection(connection, leave, () => {
        this.#answeredAt = performance.now()
      })
    } catch (error) {
      leave()
      throw contentionAsBusy(error)
    }
  }

  /** Once per connection: statements outside a transaction wait for locks as well. */
  async #limitLocks(connection: DatabaseConnection): Promise<void> {
    const { lockTimeout } = this.#options
    if (!this.#limitsWaits || lockTimeout === undefined || this.#limited.has(connection)) return
    try {
      await connection.executeQuery(Compiled.raw(lockTimeout))
      this.#limited.add(connection)
    } catch (error) {
      await this.#driver.releaseConnection(connection)
      throw error
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const bounded = findBounded(connection)
    try {
      await this.#driver.releaseConnection(bounded.inner)
    } finally {
      bounded.leave()
    }
  }

  async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
    const { inner } = findBounded(connection)
    const { begin } = this.#options
    const plain = settings.isolationLevel === undefined && settings.accessMode === undefined
    await asBusy(async () => {
      if (this.#limitsWaits && begin !== undefined && plain) {
        await inner.executeQuery(Compiled.raw(begin))
      } else {
        await this.#driver.beginTransaction(inner, settings)
      }
    })
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await asBusy(() => this.#driver.commitTransaction(findBounded(connection).inner))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await asBusy(() => this.#driver.rollbackTransaction(findBounded(connection).inner))
  }

  async savepoint(
    connection: DatabaseConnection,
    name: string,
    compile: QueryCompiler['compileQuery'],
  ): Promise<void> {
    await this.#driver.savepoint?.(findBounded(connection).inner, name, compile)
  }

  async rollbackToSavepoint(
    connection: DatabaseConnection,
    name: string,
    compile: QueryCompiler['compileQuery'],
  ): Promise<void> {
    await this.#driver.rollbackToSavepoint?.(findBounded(connection).inner, name, compile)
  }

  async releaseSavepoint(
    connection: DatabaseConnection,
    name: string,
    compile: QueryCompiler['compileQuery'],
  ): Promise<void> {
    await this.#driver.releaseSavepoint?.(findBounded(connection).inner, name, compile)
  }

  async destroy(): Promise<void> {
    await this.#driver.destroy()
  }

  /**
   * A database that answers others is busy; one that answers nobody is away. Its silence counts only
   * while statements wait for it.
   */
  #refusal(reason: string, queuedMs: number): StoreError {
    const silentMs = performance.now() - this.#answeredAt
    if (silentMs < maxWaitMs || queuedMs < minSilentMs) return busyError(reason)
    return new StoreError('STORE_UNREACHABLE', 'the database has not answered for 5 s')
  }
}

class BoundedConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection
  readonly leave: () => void
  readonly #answered: () => void

  constructor(inner: DatabaseConnection, leave: () => void, answered: () => void) {
    this.inner = inner
    this.leave = leave
    this.#answered = answered
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const result = await asBusy(() => this.inner.executeQuery<Row>(query))
    this.#answered()
    return result
  }

  streamQuery<Row>(
    query: CompiledQuery,
    chunkSize: number,
  ): AsyncIterableIterator<QueryResult<Row>> {
    return this.inner.streamQuery<Row>(query, chunkSize)
  }
}

function findBounded(connection: DatabaseConnection): BoundedConnection {
  if (connection instanceof BoundedConnection) return connection
  throw new Error('a connection of another driver')
}

async function asBusy<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw contentionAsBusy(error)
  }
}
