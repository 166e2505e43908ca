import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import type { Secret } from '../../src/host/secret.ts'
import { Store } from '../../src/service/store/store.ts'
import { skipPostgres } from './postgres.ts'
import { isBrief } from './scope.ts'
import { makeSuiteDatabase, type SuiteDatabase } from './shared_postgres.ts'
import { seedDataFolder } from './shared_sqlite.ts'

/** A database of one kind, empty at first, that can be opened several times at once. */
export class StoreRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'store-'))
  /** `undefined` for SQLite in the folder. */
  readonly databaseUrl: Secret | undefined
  readonly #opened: Store[] = []

  constructor(url: Secret | undefined) {
    this.databaseUrl = url
  }

  async open(): Promise<Store> {
    if (this.databaseUrl === undefined) seedDataFolder(this.folder)
    const store = await Store.open({
      folder: this.folder,
      databaseUrl: this.databaseUrl,
      migrate: true,
    })
    this.#opened.push(store)
    return store
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((store) => store.close()))
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Declares a suite that runs on both databases. */
export function onBothDatabases(name: string, suite: (rig: () => StoreRig) => void): void {
  onSqlite(name, suite)
  onPostgres(name, suite)
}

/** Declares a long suite that `npm test` runs on SQLite only, because its rules hardly depend on the database. */
export function mainlyOnSqlite(name: string, suite: (rig: () => StoreRig) => void): void {
  if (isBrief()) onSqlite(name, suite)
  else onBothDatabases(name, suite)
}

function onSqlite(name: string, suite: (rig: () => StoreRig) => void): void {
  describe(`${name}, on SQLite`, () => {
    const rig = new StoreRig(undefined)
    after(() => rig.close())
    suite(() => rig)
  })
}

/** Declares a suite on PostgreSQL, for several nodes. */
export function onPostgres(name: string, suite: (rig: () => StoreRig) => void): void {
  describe(`${name}, on PostgreSQL`, { skip: skipPostgres }, () => {
    let database: SuiteDatabase
    let rig: StoreRig
    before(async () => {
      database = await makeSuiteDatabase()
      rig = new StoreRig(database.url)
    })
    after(async () => {
      await rig.close()
      await database.release()
    })
    suite(() => rig)
  })
}
