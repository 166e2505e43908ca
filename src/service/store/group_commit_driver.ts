import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'
import { CommitSync } from './commit_sync.ts'
import type { DirectStatements } from './direct_statements.ts'

const maxStatements = 500
/** With SQLite's default of 2 MB, each page of a long list reads most of its index again. */
const cacheKiB = 32_768
/** How long to wait while another program writes, and the interval of the attempts. */
const [busyMs, lookMs] = [5000, 10]
/** Turns of the event loop in which transactions may join a group. */
const maxTurns = 4
const sqliteBusy = 5
const rolledBack = 'database or disk is full: the transaction was rolled back'

/**
 * A Kysely driver for the SQLite of Node, in which concurrent transactions share one durable COMMIT.
 *
 * A COMMIT is expensive because SQLite waits for the disk. Each transaction is therefore a SAVEPOINT
 * inside an outer transaction, strictly one after another. The outer one is committed as soon as no
 * transaction is open and none has joined for a turn of the event loop, and only then do the transactions of
 * the group return. A failed one is rolled back alone. Reads outside a transaction use their own connection,
 * so that they only see committed data, and return when it is on the disk.
 */
export class GroupCommitDriver implements Driver {
  readonly #file: string
  readonly #sync: CommitSync
  #writer: Connection | undefined
  #reader: Connection | undefined
  readonly #waiting: (() => void)[] = []
  #occupied = false
  #group: Group | undefined

  /** @param diskFailed Called once, when the disk has refused commits: see `CommitSync`. */
  constructor(file: string, diskFailed?: (failure: Error) => void) {
    this.#file = file
    this.#sync = new CommitSync(file, diskFailed)
  }

  async init(): Promise<void> {
    createDatabaseFile(this.#file)
    this.#writer = new Connection(this.#file)
    // waiting for a lock inside SQLite would block the event loop
    this.#writer.run('PRAGMA busy_timeout = 0')
    // `CommitSync` waits for the disk; SQLite still does before it checkpoints or restarts the log
    this.#writer.run('PRAGMA synchronous = NORMAL')
    this.#reader = new Connection(this.#file)
  }

  /**
   * Keeps in memory what a SAVEPOINT needs to be rolled back. In a file, which SQLite takes from 64 KiB on, it
   * is most of the cost of a sign-in's statements: their indexes have about as many pages. Not for migrations,
   * which sort whole tables.
   */
  keepSavepointsInMemory(): void {
    this.writer.run('PRAGMA temp_store = MEMORY')
  }

  async acquireConnection(): Promise<GroupedConnection> {
    return new GroupedConnection(this)
  }

  /** Committed data that may not be on the disk yet, for decisions that are committed in their turn. */
  get reads(): DirectStatements {
    return {
      takes: isRead,
      run: <Row>(query: CompiledQuery<Row>) => this.reader.execute<Row>(query).rows,
      together: (work) => {
        this.#holdState()
        return work()
      },
    }
  }

  /**
   * Reads see one state of the database until the turn of the event loop ends, or until the next commit of this
   * process: SQLite needs three system calls for each state. Commits of other programs are seen a turn later.
   */
  #holdState(): void {
    if (this.reader.inTransaction) return
    this.reader.run('BEGIN')
    setImmediate(() => this.#releaseState())
  }

  #releaseState(): void {
    if (this.#reader?.inTransaction === true) this.#reader.run('COMMIT')
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const until = performance.now() + busyMs
    await this.#enter()
    try {
      await this.#open(until)
      this.writer.run('SAVEPOINT unit')
    } catch (error) {
      this.#leave()
      throw error
    }
    grouped(connection).inTransaction = true
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    this.writer.run('RELEASE unit')
    // the next transaction may have begun by the time the COMMIT fails and Kysely asks for a rollback
    grouped(connection).inTransaction = false
    const committed = this.#group?.committed()
    this.#leave()
    await committed
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const unit = grouped(connection)
    if (!unit.inTransaction) return
    unit.inTransaction = false
    let committed: Promise<void> | undefined
    try {
      if (this.writer.inTransaction) {
        this.writer.run('ROLLBACK TO unit')
        this.writer.run('RELEASE unit')
        // an empty group is committed at once, so that other processes need not wait for it
        if (this.#group?.size === 0) this.#commit()
        else committed = this.#group?.committed()
      }
    } finally {
      this.#leave()
    }
    // the caller may answer with what it has read, including writes of its group
    await (committed ?? this.#sync.settled())
  }

  async savepoint(_connection: DatabaseConnection, name: string): Promise<void> {
    this.insideGroup().run(`SAVEPOINT "${name}"`)
  }

  async rollbackToSavepoint(_connection: DatabaseConnection, name: string): Promise<void> {
    this.writer.run(`ROLLBACK TO "${name}"`)
  }

  async releaseSavepoint(_connection: DatabaseConnection, name: string): Promise<void> {
    this.writer.run(`RELEASE "${name}"`)
  }

  async destroy(): Promise<void> {
    await this.#enter()
    this.#commit()
    await this.#sync.close()
    this.#writer?.close()
    this.#reader?.close()
    this.#reader = undefined
  }

  get writer(): Connection {
    if (this.#writer === undefined) throw new Error('the database is not open')
    return this.#writer
  }

  get reader(): Connection {
    if (this.#reader === undefined) throw new Error('the database is not open')
    return this.#reader
  }

  /**
   * The writer, for a statement of a transaction. If the disk is full, SQLite rolls back on its own, and
   * the next statement would be committed at once, alone.
   */
  insideGroup(): Connection {
    if (!this.writer.inTransaction) throw new Error(rolledBack)
    return this.writer
  }

  /** Reads outside a transaction. */
  async read<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const result = this.reader.execute<Row>(query)
    await this.#sync.settled()
    return result
  }

  /** Runs a write outside a transaction, in its own one. */
  async write<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const until = performance.now() + busyMs
    await this.#enter()
    let result: QueryResult<Row>
    let committed: Promise<void> | undefined
    try {
      await this.#open(until)
      result = this.writer.execute<Row>(query)
      committed = this.#group?.committed()
    } finally {
      this.#leave()
    }
    await committed
    return result
  }

  #enter(): Promise<void> {
    if (!this.#occupied) {
      this.#occupied = true
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #leave(): void {
    const group = this.#group
    // the disk was full and SQLite has rolled back the whole group
    if (group !== undefined && !this.writer.inTransaction) {
      this.#group = undefined
      group.fail(new Error(rolledBack))
    }
    // the commit became due while a transaction was open
    else if (group?.due === true) this.#commit()
    const next = this.#waiting.shift()
    if (next === undefined) this.#occupied = false
    else next()
  }

  async #open(until: number): Promise<void> {
    if (this.#group !== undefined) return
    this.#sync.requireDisk()
    await this.#begin(until)
    const group = new Group()
    this.#group = group
    setImmediate(() => this.#turnEnded(group, 1, 0))
  }

  /**
   * Commits the group, unless this was its first turn of the event loop, or more transactions have joined it since
   * the last one: then more requests are probably on their way. A commit costs about as much as two sign-ins, however
   * many it holds.
   */
  #turnEnded(group: Group, turns: number, sizeBefore: number): void {
    if (this.#group !== group) return
    const { size } = group
    if (turns === 1 || (size > sizeBefore && turns < maxTurns)) {
      setImmediate(() => this.#turnEnded(group, turns + 1, size))
    } else if (this.#occupied) group.due = true
    else this.#commit()
  }

  /**
   * @param until When to give up; transactions in the queue have waited as long.
   * @throws SQLite's error if another program still writes then.
   */
  async #begin(until: number): Promise<void> {
    for (;;) {
      try {
        return this.writer.run('BEGIN IMMEDIATE')
      } catch (error) {
        if (!isBusy(error) || performance.now() >= until) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs))
    }
  }

  #commit(): void {
    const group = this.#group
    if (group === undefined) return
    this.#group = undefined
    this.#releaseState()
    try {
      this.writer.run('COMMIT')
    } catch (error) {
      try {
        this.writer.run('ROLLBACK')
      } catch {
        // SQLite has rolled back by itself
      }
      return group.fail(error)
    }
    this.#sync.committed().then(
      () => group.succeed(),
      (error: unknown) => group.fail(error),
    )
  }
}

/** The primary result code is the low 8 bits of an extended code. */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error && 'errcode' in error)) return false
  return Number(error.errcode) % 256 === sqliteBusy
}

/** Transactions that are committed together. */
class Group {
  due = false
  readonly #members: { resolve: () => void; reject: (error: unknown) => void }[] = []

  get size(): number {
    return this.#members.length
  }

  committed(): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => this.#members.push({ resolve, reject }))
    // members receive a failure when they await it; until then it must not count as unhandled
    promise.catch(() => {})
    return promise
  }

  succeed(): void {
    for (const { resolve } of this.#members) resolve()
  }

  fail(error: unknown): void {
    for (const { reject } of this.#members) reject(error)
  }
}

class GroupedConnection implements DatabaseConnection, DirectStatements {
  readonly #driver: GroupCommitDriver
  inTransaction = false

  constructor(driver: GroupCommitDriver) {
    this.#driver = driver
  }

  takes(): boolean {
    return this.inTransaction
  }

  run<Row>(query: CompiledQuery<Row>): Row[] {
    return this.#driver.insideGroup().execute<Row>(query).rows
  }

  /** All read the same state in any case, because nobody else writes during the transaction. */
  together<Result>(work: () => Result): Result {
    return work()
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.inTransaction) return this.#driver.insideGroup().execute<Row>(query)
    return await (isRead(query) ? this.#driver.read<Row>(query) : this.#driver.write<Row>(query))
  }

  // biome-ignore lint/correctness/useYield: nothing here is large enough to be streamed
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('queries are not streamed')
  }
}

function isRead({ query, sql }: CompiledQuery): boolean {
  return (
    query.kind === 'SelectQueryNode' ||
    (query.kind === 'RawNode' && /^\s*(select|pragma)\b/i.test(sql))
  )
}

function grouped(connection: DatabaseConnection): GroupedConnection {
  if (connection instanceof GroupedConnection) return connection
  throw new Error('a connection of another driver')
}

interface PreparedStatement {
  readonly statement: StatementSync
  readonly hasRows: boolean
}

/** One SQLite connection with its prepared statements. */
class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, PreparedStatement>()

  constructor(file: string) {
    this.#database = new DatabaseSync(file)
    this.#database.exec(`PRAGMA busy_timeout = ${busyMs}`)
    this.#database.exec('PRAGMA journal_mode = WAL')
    this.#database.exec('PRAGMA synchronous = FULL')
    this.#database.exec('PRAGMA foreign_keys = ON')
    this.#database.exec(`PRAGMA cache_size = -${cacheKiB}`)
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  run(sql: string): void {
    this.#prepared(sql).statement.run()
  }

  execute<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const { statement, hasRows } = this.#prepared(sql)
    const values = parameters.map(boundValue)
    if (hasRows) {
      // Kysely types rows by the query; SQLite can't know the type
      const rows: unknown[] = statement.all(...values)
      return { rows: rows.filter((row): row is Row => row !== undefined) }
    }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepared(sql: string): PreparedStatement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    if (this.#statements.size >= maxStatements) this.#statements.clear()
    const statement = this.#database.prepare(sql)
    const prepared = { statement, hasRows: statement.columns().length > 0 }
    this.#statements.set(sql, prepared)
    return prepared
  }
}

function boundValue(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Uint8Array) return value
  throw new TypeError(`a value of type ${typeof value} can't be bound`)
}

/**
 * SQLite would make the file readable by all users; its other files get the same mode. A file that exists
 * is not opened: closing it would end the locks that other connections of this process hold (fcntl), and
 * another process could then remove the write-ahead log that they write to.
 */
function createDatabaseFile(file: string): void {
  if (existsSync(file)) return
  try {
    closeSync(openSync(file, 'ax', 0o600))
  } catch (error) {
    // another process was faster
    if (!existsSync(file)) throw error
  }
}
