import { DatabaseSync } from 'node:sqlite'
import { StoreError } from './store_error.ts'

/**
 * Locks a SQLite database until the returned connection is closed. The write-ahead log is written back
 * into the database first and removed, which SQLite allows only to the last connection.
 *
 * @returns `undefined` if the database is too damaged to be opened, so nothing can be using it.
 * @throws {StoreError} `STORE_BUSY` if another connection has the database open.
 */
export function lockDatabase(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file)
  try {
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; COMMIT',
    )
    return database
  } catch (error) {
    database.close()
    const message = error instanceof Error ? error.message : ''
    if (/malformed|not a database/.test(message)) return undefined
    if (!/database is locked/.test(message)) throw error
    throw new StoreError('STORE_BUSY', 'a service or command is using this data; stop it first')
  }
}
