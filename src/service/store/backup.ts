import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { storeErrorOf } from './data_folder.ts'
import { Sealing, type SealingKey } from './sealing.ts'
import { StoreError } from './store_error.ts'

/**
 * Copies the SQLite database as it is at one moment, while it is in use, into one file, and its
 * checksum into `FILE.sha256`. Secrets in it stay sealed: the sealing key is not in it, and is to be
 * kept in another place.
 */
export function backupDatabase(folder: string, file: string): void {
  if (existsSync(file))
    throw new StoreError('STORE_FOLDER', `${file} is there already; name another file`)
  const unfinished = `${file}.unfinished`
  try {
    rmSync(unfinished, { force: true })
    const database = new DatabaseSync(databaseFile(folder), { readOnly: true })
    try {
      database.prepare('VACUUM INTO ?').run(unfinished)
    } finally {
      database.close()
    }
    chmodSync(unfinished, 0o600)
    writeFileSync(`${file}.sha256`, `${digestOf(unfinished)}\n`, { mode: 0o600 })
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw storeErrorOf(error, file)
  }
}

/**
 * Puts a backup in the place of the database, after making sure that it is whole and that the
 * sealing key opens it.
 *
 * @param options.force Replaces a database that is there; it is kept as `countersign.db.before-restore`.
 */
export function restoreDatabase(
  folder: string,
  file: string,
  keys: readonly SealingKey[],
  options: { readonly force: boolean },
): void {
  const target = databaseFile(folder)
  if (!existsSync(file)) throw new StoreError('STORE_FOLDER', `${file} is not there`)
  if (existsSync(target) && !options.force) {
    throw new StoreError(
      'STORE_FOLDER',
      `${target} is there already; stop the service and add --force to replace it`,
    )
  }
  const sum = `${file}.sha256`
  if (existsSync(sum) && readFileSync(sum, 'utf8').trim() !== digestOf(file)) {
    throw new StoreError(
      'STORE_DAMAGED',
      `${file} is not what was backed up: its checksum differs from ${sum}`,
    )
  }
  checkDatabase(file, keys)
  try {
    writeFileSync(`${target}.new`, readFileSync(file), { mode: 0o600, flush: true })
    if (existsSync(target)) renameSync(target, `${target}.before-restore`)
    // after a crash the newest writes stand in the log alone: it goes with the database it belongs to
    if (existsSync(`${target}-wal`)) renameSync(`${target}-wal`, `${target}.before-restore-wal`)
    rmSync(`${target}-shm`, { force: true })
    renameSync(`${target}.new`, target)
  } catch (error) {
    throw storeErrorOf(error, target)
  }
}

/** @throws {StoreError} where there is no database, it is damaged, or none of the keys opens it. */
export function checkDatabase(file: string, keys: readonly SealingKey[]): void {
  if (!existsSync(file)) {
    throw new StoreError('STORE_FOLDER', `${file} is not there; name the data folder with --data`)
  }
  try {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      const [found] = database.prepare('PRAGMA integrity_check').all()
      if (found?.integrity_check !== 'ok') {
        throw new StoreError(
          'STORE_DAMAGED',
          `${file} is damaged: ${String(found?.integrity_check)}`,
        )
      }
      const check = database
        .prepare("SELECT value FROM settings WHERE name = 'sealing_check'")
        .get()
      new Sealing(keys).open(String(check?.value ?? ''), 'sealing_check')
    } finally {
      database.close()
    }
  } catch (error) {
    throw storeErrorOf(error, file)
  }
}

export function databaseFile(folder: string): string {
  return join(folder, 'countersign.db')
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
