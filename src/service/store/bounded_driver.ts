import {
  CompiledQuery as Compiled,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { connectionLost, isConnectionLost, outcomeUnknown } from './connection_loss.ts'
import { busyError, contentionAsBusy } from './contention.ts'
import { currentShare } from './database_share.ts'
import type { DirectStatements } from './direct_statements.ts'
import { retryLostConnection } from './lost_connection_retry.ts'
import { Slots } from './slots.ts'
import { StoreError } from './store_error.ts'

export interface BoundedDriverOptions {
  /** Maximum of connections; `undefined` for a driver that needs no limit. */
  readonly connections: number | undefined
  /** Maximum of connections for pages and apps that anyone can reach. */
  readonly publicConnections: number
  /** Statement that begins a transaction with limits, once migrations are done. */
  readonly begin: string | undefined
  /** Whether statements outside a transaction need one for their limits. */
  readonly wrapsStatements: () => boolean
}

const maxWaitMs = 5_000
const maxWaiting = 5_000
/** A burst that fills the queue sooner proves nothing about the database. */
const minSilentMs = 1_000
const maxPublicWaiting = 500

/**
 * Limits how many callers wait for a connection, and how long. Contention becomes `STORE_BUSY`, and a
 * lost connection `STORE_CONNECTION_LOST` or, if a commit was in flight, `STORE_OUTCOME_UNKNOWN`. Public
 * pages and apps have their own share of the connections, so that they can't starve sign-ins.
 */
export class BoundedDriver implements Driver {
  readonly #driver: Driver
  readonly #options: BoundedDriverOptions
  readonly #slots: Slots | undefined
  readonly #publicSlots: Slots
  #answeredAt = Number.NEGATIVE_INFINITY
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

  /** Limits statements and waits for locks from now on; migrations run before. */
  limitWaits(): void {
    this.#limitsWaits = this.#options.begin !== undefined
  }

  async init(): Promise<void> {
    await this.#driver.init()
  }

  async acquireConnection(): Promise<BoundedConnection> {
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
      return new BoundedConnection(
        await this.#acquireInner(),
        this.#statements,
        leave,
        this.#answered,
      )
    } catch (error) {
      leave()
      throw error
    }
  }

  /** Statements that bypass the query builder: with the same errors, but without a queue. */
  direct(statements: DirectStatements): DirectStatements {
    return directly(statements, this.#answered)
  }

  readonly #answered = () => {
    this.#answeredAt = performance.now()
  }

  /** Nothing was sent over a connection that was lost while it was set up, so another one is tried. */
  async #acquireInner(): Promise<DatabaseConnection> {
    const acquire = () => this.#driver.acquireConnection()
    // `Store.open` words its own error for a database that can't be reached
    if (!this.#limitsWaits) return await describingErrors(acquire, (error) => error)
    return await retryLostConnection(() => describingErrors(acquire, connectionLost))
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const bounded = findBounded(connection)
    try {
      if (!bounded.isReleased) await this.#driver.releaseConnection(bounded.inner)
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
    await describingErrors(async () => {
      if (this.#limitsWaits && begin !== undefined && plain) {
        await inner.executeQuery(Compiled.raw(begin))
      } else {
        await this.#driver.beginTransaction(inner, settings)
      }
    }, connectionLost)
    findBounded(connection).inTransaction = true
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const bounded = findBounded(connection)
    const commit = () => this.#driver.commitTransaction(bounded.inner)
    await describingErrors(commit, outcomeUnknown)
    bounded.inTransaction = false
  }

  /** The server rolls back by itself if the connection is lost; the first error must not be replaced. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const bounded = findBounded(connection)
    bounded.inTransaction = false
    try {
      await this.#driver.rollbackTransaction(bounded.inner)
    } catch (error) {
      if (!isConnectionLost(error)) throw contentionAsBusy(error)
    }
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

  readonly #statements: LoneStatements = {
    run: async <Row>(connection: BoundedConnection, query: CompiledQuery) => {
      if (!isRead(query)) {
        return await describingErrors(
          () => this.#lone<Row>(connection.inner, query),
          outcomeUnknown,
        )
      }
      let isFirst = true
      return await retryLostConnection(async () => {
        if (!isFirst) await this.#replace(connection)
        isFirst = false
        return await describingErrors(
          () => this.#lone<Row>(connection.inner, query),
          connectionLost,
        )
      })
    },
  }

  async #lone<Row>(inner: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<Row>> {
    const { begin, wrapsStatements } = this.#options
    const wraps = begin !== undefined && this.#limitsWaits && wrapsStatements()
    try {
      if (wraps) await inner.executeQuery(Compiled.raw(begin))
      const result = await inner.executeQuery<Row>(query)
      if (wraps) await this.#driver.commitTransaction(inner)
      return result
    } catch (error) {
      // a failed ROLLBACK makes the driver discard a lost connection
      if (wraps || isConnectionLost(error)) {
        await this.#driver.rollbackTransaction(inner).catch(() => {})
      }
      throw error
    }
  }

  /** Releases first: if all connections of the pool were lost, none is free for their replacements. */
  async #replace(connection: BoundedConnection): Promise<void> {
    if (!connection.isReleased) await this.#driver.releaseConnection(connection.inner)
    connection.isReleased = true
    connection.inner = await this.#acquireInner()
    connection.isReleased = false
  }

  /**
   * A database that answers other statements is busy; one that answers none is unreachable. Its silence
   * counts only while statements wait for it.
   */
  #refusal(reason: string, queuedMs: number): StoreError {
    const silentMs = performance.now() - this.#answeredAt
    if (silentMs < maxWaitMs || queuedMs < minSilentMs) return busyError(reason)
    return new StoreError('STORE_UNREACHABLE', 'the database has not answered for 5 s')
  }
}

/** How statements outside a transaction run. */
interface LoneStatements {
  /** Runs a statement with limits; a lost read runs again on another connection. */
  run<Row>(connection: BoundedConnection, query: CompiledQuery): Promise<QueryResult<Row>>
}

class BoundedConnection implements DatabaseConnection {
  inner: DatabaseConnection
  /** Whether `inner` was lost and has no replacement yet. */
  isReleased = false
  inTransaction = false
  readonly leave: () => void
  readonly #lone: LoneStatements
  readonly #answered: () => void

  constructor(
    inner: DatabaseConnection,
    lone: LoneStatements,
    leave: () => void,
    answered: () => void,
  ) {
    this.inner = inner
    this.#lone = lone
    this.leave = leave
    this.#answered = answered
  }

  /** For the statements of a transaction; `undefined` if each is a round trip. */
  get direct(): DirectStatements | undefined {
    const { inner } = this
    return isDirect(inner) ? directly(inner, this.#answered) : undefined
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const result = this.inTransaction
      ? await describingErrors(() => this.inner.executeQuery<Row>(query), connectionLost)
      : await this.#lone.run<Row>(this, query)
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

function isDirect(
  connection: DatabaseConnection & Partial<DirectStatements>,
): connection is DatabaseConnection & DirectStatements {
  const { takes, run, together } = connection
  return takes !== undefined && run !== undefined && together !== undefined
}

function directly(statements: DirectStatements, answered: () => void): DirectStatements {
  return {
    takes: (query) => statements.takes(query),
    run: <Row>(query: CompiledQuery<Row>) => {
      try {
        const rows = statements.run<Row>(query)
        answered()
        return rows
      } catch (error) {
        throw contentionAsBusy(error)
      }
    },
    together: (work) => {
      try {
        return statements.together(work)
      } catch (error) {
        throw contentionAsBusy(error)
      }
    },
  }
}

function findBounded(connection: DatabaseConnection): BoundedConnection {
  if (connection instanceof BoundedConnection) return connection
  throw new Error('a connection of another driver')
}

/** Reads may be repeated. A query with WITH may write. */
function isRead({ query }: CompiledQuery): boolean {
  return query.kind === 'SelectQueryNode' && !('with' in query && query.with !== undefined)
}

async function describingErrors<Result>(
  work: () => Promise<Result>,
  whenLost: (error: unknown) => unknown,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw isConnectionLost(error) ? whenLost(error) : contentionAsBusy(error)
  }
}
