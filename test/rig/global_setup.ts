/** Databases that all test files share, made once; `test/run.ts` names this file to the test runner. */
import { startSharedPostgres, stopSharedPostgres } from './shared_postgres.ts'
import { makeSqliteTemplate, removeSqliteTemplate } from './shared_sqlite.ts'

export async function globalSetup(): Promise<void> {
  await makeSqliteTemplate()
  await startSharedPostgres()
}

export async function globalTeardown(): Promise<void> {
  await stopSharedPostgres()
  removeSqliteTemplate()
}
