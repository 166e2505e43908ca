import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Driver,
  Kysely,
  type Dialect as KyselyDialect,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import type { Secret } from '../../host/secret.ts'
import { BoundedDriver } from './bounded_driver.ts'
import { prepareDataFolder, readSealingKeys, toStoreError } from './data_folder.ts'
import { aheadOfQueue } from './database_share.ts'
import { databaseUrlProblem } from './database_url.ts'
import type { Dialect } from './dialect.ts'
import { runDirectly } from './direct_statements.ts'
import { GroupCommitDriver } from './group_commit_driver.ts'
import { LimitedPool } from './limited_pool.ts'
import { openLogKey } from './log_key.ts'
import { retryLostConnection } from './lost_connection_retry.ts'
import { migrations } from './migrations/migrations.ts'
import { readNodeId } from './node_id.ts'
import { PostgresConnections, poolSize } from './postgres_connections.ts'
import type { Schema } from './schema.ts'
import { Sealing, type SealingKey, sealingKey } from './sealing.ts'
import { addSetting, readSetting } from './settings.ts'
import { limitedBegin } from './statement_limits.ts'
import { StoreError } from './store_error.ts'
import { TransactionRunner } from './transaction_runner.ts'
import { WakeUps } from './wake_ups.ts'

export type StoreDb = Kysely<Schema>

export interface StoreOptions {
  /** `postgres://…`; without one, SQLite in the data folder. */
  readonly databaseUrl?: Secret | undefined
  /** Contains `countersign.db` and `sealing.key`; created if it is missing. */
  readonly folder: string
  /** The sealing key in base64, in place of the file. */
  readonly sealingKey?: Secret | undefined
  /** Whether to migrate an older schema; otherwise it is an error. */
  readonly migrate: boolean
  /** Creates nothing; missing data is an error. */
  readonly mustExist?: boolean
  /** Called once, when the disk has refused commits of SQLite: nothing works from then on. */
  readonly diskFailed?: ((failure: Error) => void) | undefined
}

const checkName = 'sealing_check'
const checkText = 'countersign'
/** How long to wait for a database that does not answer. */
const closeMs = 500
/** Maximum of connections for pages and apps that anyone can reach. */
const publicShare = 3
const postgresUniqueViolation = '23505'
const sqliteUniqueViolations = [1555, 2067]

/** The database, SQLite or PostgreSQL, and the keys to the secrets in it. */
export class Store {
  readonly db: StoreDb
  readonly sealing: Sealing
  readonly dialect: Dialect
  readonly folder: string
  /** The name of this node; each has a chain of its own in every log. */
  readonly node: string
  readonly wakeUps: WakeUps
  readonly #driver: BoundedDriver
  readonly #transactions: TransactionRunner
  readonly #connections: PostgresConnections | undefined

  private constructor(
    db: StoreDb,
    driver: BoundedDriver,
    transactions: TransactionRunner,
    sealing: Sealing,
    folder: string,
    connections: PostgresConnections | undefined,
  ) {
    this.db = db
    this.#driver = driver
    this.#transactions = transactions
    this.sealing = sealing
    this.dialect = connections === undefined ? 'sqlite' : 'postgres'
    this.folder = folder
    this.node = readNodeId(folder)
    this.#connections = connections
    this.wakeUps = new WakeUps(connections === undefined ? undefined : { connections, db })
  }

  /** @throws {StoreError} with one line that says what to do; nothing is left incomplete. */
  static async open(options: StoreOptions): Promise<Store> {
    const { folder, databaseUrl, mustExist = false } = options
    const problem = databaseUrl === undefined ? undefined : databaseUrlProblem(databaseUrl.reveal())
    if (problem !== undefined) {
      const message = `database_url or COUNTERSIGN_DATABASE_URL ${problem}`
      throw new StoreError('STORE_DATABASE_URL', message)
    }
    const file = join(folder, 'countersign.db')
    const dialect = databaseUrl === undefined ? 'sqlite' : 'postgres'
    if (!mustExist) prepareDataFolder(folder)
    else if (!existsSync(folder) && options.sealingKey === undefined) throw noData(folder)
    const isNew = dialect === 'postgres' || !existsSync(file)
    if (mustExist && dialect === 'sqlite' && isNew) throw noData(folder)
    const keys = deriveKeys(options, isNew && !mustExist)
    const what = dialect === 'sqlite' ? file : 'the database'
    const connections = databaseUrl === undefined ? undefined : new PostgresConnections(databaseUrl)
    const pool = connections === undefined ? undefined : new LimitedPool(connections)
    const inner =
      pool === undefined
        ? new GroupCommitDriver(file, options.diskFailed)
        : new PostgresDriver({ pool })
    const driver = pool === undefined ? sqliteDriver(inner) : postgresDriver(inner, pool)
    const kysely = kyselyDialect(dialect, driver)
    const db: StoreDb = new Kysely<Schema>({ dialect: kysely })
    if (inner instanceof GroupCommitDriver) runDirectly(db, driver.direct(inner.reads))
    try {
      if (mustExist && !(await hasSchema(db))) throw noData(folder, dialect)
      await migrate(db, options.migrate)
      pool?.limitStatements()
      driver.limitWaits()
      if (inner instanceof GroupCommitDriver) inner.keepSavepointsInMemory()
      const sealing = new Sealing(keys)
      await checkKey(db, sealing)
      await openLogKey(db, sealing)
      const transactions = new TransactionRunner(db, driver, kysely)
      return new Store(db, driver, transactions, sealing, folder, connections)
    } catch (error) {
      await db.destroy().catch(() => {})
      throw toStoreError(error, what)
    }
  }

  /** Whether there is data to open. @throws {StoreError} if the database can't be reached. */
  static async exists({
    folder,
    databaseUrl,
  }: Pick<StoreOptions, 'folder' | 'databaseUrl'>): Promise<boolean> {
    if (databaseUrl === undefined) return existsSync(join(folder, 'countersign.db'))
    const pool = new LimitedPool(new PostgresConnections(databaseUrl))
    const driver = postgresDriver(new PostgresDriver({ pool }), pool)
    const db = new Kysely<Schema>({ dialect: kyselyDialect('postgres', driver) })
    try {
      return await hasSchema(db)
    } catch (error) {
      throw toStoreError(error, 'the database')
    } finally {
      await db.destroy()
    }
  }

  /** When the database last answered a statement, by the clock of `performance.now()`. */
  get answeredAt(): number {
    return this.#driver.answeredAt
  }

  /**
   * Runs `work` in one transaction; resolves when it is durable. If the connection is lost before the
   * commit, `work` runs again, so it must change nothing but the database.
   *
   * @throws {StoreError} `STORE_BUSY`, `STORE_CONNECTION_LOST`, and `STORE_OUTCOME_UNKNOWN` if the
   *   connection was lost during the commit.
   */
  async transaction<Result>(work: (db: StoreDb) => Promise<Result>): Promise<Result> {
    return await retryLostConnection(() => this.#transactionOnce(work))
  }

  async #transactionOnce<Result>(work: (db: StoreDb) => Promise<Result>): Promise<Result> {
    const announced: string[] = []
    const result = await this.#transactions.run((db) =>
      this.wakeUps.holding(db, announced, () => aheadOfQueue(() => work(db))),
    )
    for (const topic of announced) this.wakeUps.announce(topic, this.db)
    return result
  }

  async close(): Promise<void> {
    const late = setTimeout(() => this.#connections?.cutOff(), closeMs)
    await this.wakeUps.close()
    await this.db.destroy()
    clearTimeout(late)
  }
}

/** Whether an error of either database reports a duplicate key. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error) return sqliteUniqueViolations.includes(Number(error.errcode))
  return 'code' in error && error.code === postgresUniqueViolation
}

/** The sealing keys from the options, or from the file in the folder. */
export function deriveKeys(
  options: Pick<StoreOptions, 'folder' | 'sealingKey'>,
  fresh: boolean,
): SealingKey[] {
  if (options.sealingKey === undefined) return readSealingKeys(options.folder, { make: fresh })
  return options.sealingKey
    .reveal()
    .split(/[\s,]+/)
    .filter((key) => key !== '')
    .map(sealingKey)
}

/** The driver serialises writers itself; with Kysely's own lock, no two would share a COMMIT. */
class GroupCommitAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }

  /** Makes migrations atomic. */
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

function kyselyDialect(dialect: Dialect, driver: Driver): KyselyDialect {
  const createDriver = () => driver
  return dialect === 'sqlite'
    ? {
        createDriver,
        createAdapter: () => new GroupCommitAdapter(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      }
    : {
        createDriver,
        createAdapter: () => new PostgresAdapter(),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      }
}

function sqliteDriver(driver: Driver): BoundedDriver {
  return new BoundedDriver(driver, {
    connections: undefined,
    publicConnections: publicShare,
    begin: undefined,
    wrapsStatements: () => false,
  })
}

function postgresDriver(driver: Driver, pool: LimitedPool): BoundedDriver {
  // counts and milliseconds are far below 2^53
  pg.types.setTypeParser(pg.types.builtins.INT8, Number)
  return new BoundedDriver(driver, {
    connections: poolSize,
    publicConnections: publicShare,
    begin: limitedBegin,
    wrapsStatements: () => pool.sharesSessions,
  })
}

async function hasSchema(db: StoreDb): Promise<boolean> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  return tables.some(({ name }) => name === 'kysely_migration')
}

/** The error for a folder or database without data. */
export function noData(folder: string, dialect: Dialect = 'sqlite'): StoreError {
  const place =
    dialect === 'sqlite' ? folder : `the database of database_url (data folder ${folder})`
  return new StoreError(
    'STORE_NO_DATA',
    `no Countersign data in ${place}; name the data folder with --data or COUNTERSIGN_DATA, or make new data with 'countersign init'`,
  )
}

async function migrate(db: StoreDb, allowed: boolean): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  })
  const known = await migrator.getMigrations().catch(schemaError)
  const open = known.filter(({ executedAt }) => executedAt === undefined)
  if (open.length < known.length) await refuseNewer(db)
  if (open.length === 0) return
  if (!allowed) {
    throw new StoreError(
      'STORE_NEEDS_MIGRATION',
      "the data is from an older version; run 'countersign migrate' after a backup",
    )
  }
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) schemaError(error)
}

/** Kysely does not report unknown migrations while none is pending. */
async function refuseNewer(db: StoreDb): Promise<void> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const unknown = rows.map(({ name }) => name).filter((name) => !Object.hasOwn(migrations, name))
  if (unknown.length > 0) throw unknownSchema(unknown)
}

function schemaError(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error)
  const missing = /^corrupted migrations: .* migration (\S+) is missing$/.exec(message)?.[1]
  if (missing !== undefined) throw unknownSchema([missing])
  if (message.startsWith('corrupted migrations')) throw developmentSchema()
  throw error
}

/** @param names Migrations that ran and that this version does not have. */
function unknownSchema(names: readonly string[]): StoreError {
  const newest = Object.keys(migrations).toSorted().at(-1) ?? ''
  return names.every((name) => name > newest) ? newerSchema() : developmentSchema()
}

/** Released versions only append migrations; a development version may rename one or insert one. */
function developmentSchema(): StoreError {
  return new StoreError(
    'STORE_OTHER_SCHEMA',
    'the data is from a development version of Countersign, whose migrations differ from those of this one; restore a backup from a released version, or start with a new data folder (--data)',
  )
}

function newerSchema(): StoreError {
  return new StoreError(
    'STORE_NEWER_SCHEMA',
    'the data was made by a newer version of Countersign; update the program',
  )
}

/** Refuses a wrong key at startup instead of at the first sign-in. */
async function checkKey(db: StoreDb, sealing: Sealing): Promise<void> {
  const value =
    (await readSetting(checkName, db)) ??
    (await addSetting(checkName, sealing.seal(checkText, checkName), db))
  sealing.open(value, checkName)
}
