import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { prepareDataFolder, toStoreError } from './data_folder.ts'
import { lockDatabase } from './exclusive_lock.ts'
import { Sealing, type SealingKey } from './sealing.ts'
import { StoreError } from './store_error.ts'

/** Files are read in chunks, since a database may be larger than the memory. */
const chunkBytes = 1024 * 1024
/** TOTP codes of so many coming steps are accepted, for clocks that are fast. */
const totpStepsAhead = 1

/**
 * Copies a consistent snapshot of the SQLite database, which may be in use, into one file, and the
 * checksum into `FILE.sha256`. Secrets in it stay sealed. It does not contain the sealing key, which must
 * be kept in another place.
 */
export function backupDatabase(folder: string, file: string): void {
  if (existsSync(file))
    throw new StoreError('STORE_FOLDER', `${file} exists already; name another file`)
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
    flush(unfinished)
    writeFileSync(`${file}.sha256`, `${hashFile(unfinished)}\n`, { mode: 0o600 })
    renameSync(unfinished, file)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw toStoreError(error, file)
  }
}

/**
 * Replaces the database by a backup, after checking that the backup is complete and that the sealing key
 * opens it. An existing database is kept as `countersign.db.before-restore`.
 *
 * TOTP passcodes up to now count as used, because the backup does not know which ones were. Those of HOTP
 * and YubiKeys can't be told by the time, and bypass codes come back unused.
 *
 * @param options.force Replaces a database that has data; an empty one is replaced without it.
 * @param options.now In milliseconds since 1970.
 * @throws {StoreError} `STORE_BUSY` if another connection has the database open.
 */
export function restoreDatabase(
  folder: string,
  file: string,
  keys: readonly SealingKey[],
  options: { readonly force: boolean; readonly now: number },
): void {
  const target = databaseFile(folder)
  if (!existsSync(file)) throw new StoreError('STORE_FOLDER', `${file} does not exist`)
  if (existsSync(target) && !options.force && !isEmpty(target)) {
    throw new StoreError(
      'STORE_FOLDER',
      `${target} exists already and has data in it; stop the service and add --force to replace it`,
    )
  }
  const sum = `${file}.sha256`
  if (existsSync(sum) && readFileSync(sum, 'utf8').trim() !== hashFile(file)) {
    throw new StoreError(
      'STORE_DAMAGED',
      `${file} is not what was backed up: its checksum differs from ${sum}`,
    )
  }
  checkDatabase(file, keys)
  let lock: DatabaseSync | undefined
  try {
    prepareDataFolder(folder)
    // a running service would go on with the replaced file
    if (existsSync(target)) lock = lockDatabase(target)
    copyFileSync(file, `${target}.new`)
    chmodSync(`${target}.new`, 0o600)
    spendTotp(`${target}.new`, options.now)
    flush(`${target}.new`)
    if (existsSync(target)) keepReplaced(target)
    renameSync(`${target}.new`, target)
  } catch (error) {
    rmSync(`${target}.new`, { force: true })
    throw toStoreError(error, target)
  } finally {
    lock?.close()
  }
}

/**
 * Moves each TOTP token past the last step whose passcode may have been accepted before the restore. An
 * account of a backup keeps a later position, which a clock that was set back can leave.
 */
function spendTotp(file: string, now: number): void {
  const database = new DatabaseSync(file)
  try {
    database
      .prepare(
        `UPDATE oath_tokens
         SET position = max(position, CAST(? / 1000 AS INTEGER) / step_secs + max(drift, 0) + ?)
         WHERE kind = 'totp'`,
      )
      .run(now, totpStepsAhead)
  } finally {
    database.close()
  }
}

/** Renames a database to `*.before-restore`, with the write-ahead log of a damaged one. */
function keepReplaced(target: string): void {
  const kept = `${target}.before-restore`
  // SQLite would apply the log of an older kept database to this one
  for (const suffix of ['-wal', '-shm']) rmSync(`${kept}${suffix}`, { force: true })
  renameSync(target, kept)
  if (existsSync(`${target}-wal`)) renameSync(`${target}-wal`, `${kept}-wal`)
  rmSync(`${target}-shm`, { force: true })
}

/** @throws {StoreError} if the database is missing or damaged, or none of the keys opens it. */
export function checkDatabase(file: string, keys: readonly SealingKey[]): void {
  if (!existsSync(file)) {
    throw new StoreError('STORE_FOLDER', `${file} does not exist; name the data folder with --data`)
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
    throw toStoreError(error, file)
  }
}

export function databaseFile(folder: string): string {
  return join(folder, 'countersign.db')
}

/** SHA-256 in hex, read in chunks. */
function hashFile(file: string): string {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(chunkBytes)
  const descriptor = openSync(file, 'r')
  try {
    for (;;) {
      const length = readSync(descriptor, chunk)
      if (length === 0) return hash.digest('hex')
      hash.update(chunk.subarray(0, length))
    }
  } finally {
    closeSync(descriptor)
  }
}

/** Waits until a file is on the disk. */
function flush(file: string): void {
  const descriptor = openSync(file, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Whether a database contains only what the first start writes. */
function isEmpty(file: string): boolean {
  try {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      const tables = database
        .prepare(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'kysely_%' AND name <> 'settings'",
        )
        .all()
      return tables.every(
        ({ name }) =>
          database.prepare(`SELECT 1 FROM "${String(name)}" LIMIT 1`).get() === undefined,
      )
    } finally {
      database.close()
    }
  } catch {
    // a read error may mean damaged data
    return false
  }
}
