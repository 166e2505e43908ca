import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSealingKeys } from '../../src/service/store/data_folder.ts'
import { Store } from '../../src/service/store/store.ts'

/** Environment variable with the path of the template, for the processes of the test files. */
const variable = 'COUNTERSIGN_TEST_SQLITE'
const file = 'countersign.db'
let folder: string | undefined

/** Makes a database with the tables of the service, because all migrations take a tenth of a second of CPU each time. */
export async function makeSqliteTemplate(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'template-'))
  const store = await Store.open({ folder, databaseUrl: undefined, migrate: true })
  // the sealed keys belong to this folder; each store that opens a copy creates its own
  await store.db.deleteFrom('settings').execute()
  await store.close()
  process.env[variable] = join(folder, file)
}

export function removeSqliteTemplate(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true })
}

/** Puts a migrated database and a sealing key into an empty data folder. If the test file runs alone, `Store.open` does it. */
export function seedDataFolder(newFolder: string): void {
  const template = process.env[variable]
  if (template === undefined || existsSync(join(newFolder, file))) return
  mkdirSync(newFolder, { recursive: true, mode: 0o700 })
  copyFileSync(template, join(newFolder, file))
  readSealingKeys(newFolder, { make: true })
}
