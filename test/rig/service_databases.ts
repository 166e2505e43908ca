import { after, before, describe } from 'node:test'
import type { Secret } from '../../src/host/secret.ts'
import { skipPostgres } from './postgres.ts'
import { isBrief } from './scope.ts'
import { TestService, type TestServiceOptions } from './service.ts'
import { makeSuiteDatabase, type SuiteDatabase } from './shared_postgres.ts'

/** Starts the service of a suite, on the database of that suite. */
export interface ServiceRig {
  start(options?: Omit<TestServiceOptions, 'databaseUrl'>): Promise<TestService>
}

/** Declares a suite on a service with SQLite, and again with PostgreSQL. */
export function onEachDatabase(name: string, suite: (rig: ServiceRig) => void): void {
  onSqliteService(name, suite)
  describe(`${name}, on PostgreSQL`, { skip: skipPostgres }, () => {
    let database: SuiteDatabase
    before(async () => {
      database = await makeSuiteDatabase()
    })
    suite(rigOn(() => database.url))
    after(() => database.release())
  })
}

/** Declares a long suite that `npm test` runs on SQLite only, because its rules hardly depend on the database. */
export function serviceMainlyOnSqlite(name: string, suite: (rig: ServiceRig) => void): void {
  if (isBrief()) onSqliteService(name, suite)
  else onEachDatabase(name, suite)
}

function onSqliteService(name: string, suite: (rig: ServiceRig) => void): void {
  describe(`${name}, on SQLite`, () => suite(rigOn(() => undefined)))
}

/** The service is closed after the suite. */
function rigOn(databaseUrl: () => Secret | undefined): ServiceRig {
  let service: TestService | undefined
  after(() => service?.close())
  return {
    start: async (options = {}) => {
      const url = databaseUrl()
      service = await TestService.start({
        ...options,
        ...(url === undefined ? {} : { databaseUrl: url }),
      })
      return service
    },
  }
}
