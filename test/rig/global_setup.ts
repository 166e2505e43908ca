/** What all test files share, made once; `test/run.ts` names this file to the test runner. */
import { deleteTemporaryFilesInMemory, keepTemporaryFilesInMemory } from './memory_folder.ts'
import { startSharedPostgres, stopSharedPostgres } from './shared_postgres.ts'
import { makeSqliteTemplate, removeSqliteTemplate } from './shared_sqlite.ts'

export async function globalSetup(): Promise<void> {
  // its databases add up to a gigabyte, and it does not wait for the disk
  await startSharedPostgres()
  keepTemporaryFilesInMemory()
  await makeSqliteTemplate()
}

export async function globalTeardown(): Promise<void> {
  removeSqliteTemplate()
  deleteTemporaryFilesInMemory()
  await stopSharedPostgres()
}
