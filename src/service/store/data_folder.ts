import { randomUUID } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isOpenToOthers } from '../../host/file_mode.ts'
import { newSealingKey, type SealingKey, sealingKey } from './sealing.ts'
import { StoreError } from './store_error.ts'

/** Of the network, and of PostgreSQL: no such database, no entry, too many connections, starting or stopping. */
const unreachable =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|3D000|28P01|28000|53300|57P0|08\d\d\d/

/** PostgreSQL: disk full, read-only transaction. */
const postgresDiskFull = '53100'
const postgresReadOnly = '25006'

/** Creates the data folder if it is missing; only its owner can read it. */
export function prepareDataFolder(folder: string): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw toStoreError(error, `the data folder ${folder}`)
  }
  if (!statSync(folder).isDirectory()) {
    throw new StoreError('STORE_FOLDER', `${folder} is not a folder; name one with --data`)
  }
}

/** `sealing.key` in the data folder: one key a line, the newest first. */
export function keyFile(folder: string): string {
  return join(folder, 'sealing.key')
}

/**
 * Reads the sealing keys.
 *
 * @param options.make Creates the file if it is missing; only for a new database.
 * @throws {StoreError} `STORE_KEY_FILE` if the file is missing, readable by others, or contains no keys.
 */
export function readSealingKeys(folder: string, options: { readonly make: boolean }): SealingKey[] {
  const file = keyFile(folder)
  if (!existsSync(file)) {
    if (!options.make) {
      throw new StoreError(
        'STORE_KEY_FILE',
        `${file} is missing, and the secrets can't be opened without it; restore your copy of it`,
      )
    }
    makeFirstKey(folder)
  }
  if (isOpenToOthers(file)) {
    throw new StoreError('STORE_KEY_FILE', `${file} can be read by others; run: chmod 600 ${file}`)
  }
  return readKeyFile(file)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(sealingKey)
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new StoreError(
      'STORE_KEY_FILE',
      `${file} can't be read (${code}); make it belong to the user that Countersign runs as`,
    )
  }
}

/** Creates the file atomically: if two programs start at once, both use the same key. */
function makeFirstKey(folder: string): void {
  const file = keyFile(folder)
  const unfinished = `${file}.${randomUUID()}`
  try {
    writeFileSync(unfinished, `${newSealingKey()}\n`, { mode: 0o600, flush: true })
    linkSync(unfinished, file)
  } catch (error) {
    if (!existsSync(file)) throw toStoreError(error, file)
  } finally {
    rmSync(unfinished, { force: true })
  }
}

/** @param keys In base64, the newest first. */
export function writeSealingKeys(folder: string, keys: readonly string[]): void {
  const file = keyFile(folder)
  try {
    writeFileSync(`${file}.new`, `${keys.join('\n')}\n`, { mode: 0o600, flush: true })
    chmodSync(`${file}.new`, 0o600)
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw toStoreError(error, file)
  }
}

/** Turns an error of the system or the database into one line that says what to do. */
export function toStoreError(error: unknown, what: string): StoreError {
  if (error instanceof StoreError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (
    code === 'ENOSPC' ||
    code === postgresDiskFull ||
    /database or disk is full|No space left/.test(message)
  ) {
    return new StoreError('STORE_FULL', `${what}: the disk is full; make room and start again`)
  }
  if (
    code === 'EROFS' ||
    code === postgresReadOnly ||
    code === 'EACCES' ||
    code === 'EPERM' ||
    /readonly database|unable to open/.test(message)
  ) {
    return new StoreError(
      'STORE_READ_ONLY',
      `${what} can't be written to; check its owner and permissions, or name another folder with --data`,
    )
  }
  if (unreachable.test(code) || /timeout exceeded|Connection terminated/.test(message)) {
    return new StoreError(
      'STORE_UNREACHABLE',
      `${what} can't be reached: ${message || code}; check database_url and that it runs`,
    )
  }
  if (/CERT|SIGNATURE|^ERR_TLS_|^ERR_SSL_/.test(code)) {
    return new StoreError(
      'STORE_UNREACHABLE',
      `the TLS certificate of ${what} is not trusted: ${message}; check the host name, sslmode and sslrootcert in database_url`,
    )
  }
  if (/support SSL connections/.test(message)) {
    return new StoreError(
      'STORE_UNREACHABLE',
      `${what} does not support TLS; turn it on there, or check sslmode in database_url`,
    )
  }
  if (/database is locked/.test(message)) {
    return new StoreError('STORE_BUSY', `${what} is being written to by another program; try again`)
  }
  if (/malformed|not a database|disk I\/O error/.test(message)) {
    return new StoreError('STORE_DAMAGED', `${what} is damaged: ${message}; restore a backup`)
  }
  return new StoreError('STORE_FOLDER', `${what}: ${message || code}`)
}
