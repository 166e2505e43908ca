import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../../src/host/secret.ts'
import { Store } from '../../src/service/store/store.ts'
import { PostgresCluster, skipPostgres } from './postgres.ts'

/** A database of a suite that does not stop or configure the server, and does not need its disk. */
export interface SuiteDatabase {
  readonly url: Secret
  /** Runs a statement from outside of the database. */
  readonly administer: (statement: string) => Promise<void>
  readonly release: () => Promise<void>
}

/** Environment variable with the URL of the shared cluster, for the processes of the test files. */
const variable = 'COUNTERSIGN_TEST_POSTGRES'
/** A database with the tables of the service; the databases of suites are copies of it. */
const template = 'migrated'
let shared: PostgresCluster | undefined
let databases = 0

/** Starts one cluster for all test files, because starting one and creating its tables takes seconds. */
export async function startSharedPostgres(): Promise<void> {
  if (skipPostgres !== false) return
  shared = await PostgresCluster.startForgetful()
  await shared.administer(`create database ${template}`)
  await migrate(`${shared.url}/${template}`)
  process.env[variable] = shared.url
}

export async function stopSharedPostgres(): Promise<void> {
  await shared?.stop()
}

/** Makes a database on the shared cluster, or on a new cluster if the test file runs alone. */
export async function makeSuiteDatabase(): Promise<SuiteDatabase> {
  const url = process.env[variable]
  if (url === undefined) {
    const cluster = await PostgresCluster.start()
    return {
      url: new Secret(await cluster.createDatabase()),
      administer: (statement) => cluster.administer(statement),
      release: () => cluster.stop(),
    }
  }
  const name = `test_${process.pid}_${++databases}`
  const administer = (statement: string) => PostgresCluster.administerAt(url, statement)
  await administer(`create database ${name} template ${template}`)
  return { url: new Secret(`${url}/${name}`), administer, release: async () => {} }
}

async function migrate(url: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'store-'))
  const store = await Store.open({ folder, databaseUrl: new Secret(url), migrate: true })
  // the sealed keys belong to this folder; each store that opens a copy creates its own
  await store.db.deleteFrom('settings').execute()
  await store.close()
  rmSync(folder, { recursive: true })
}
