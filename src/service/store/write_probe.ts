import { statfs } from 'node:fs/promises'
import { toStoreError } from './data_folder.ts'
import { writeSetting } from './settings.ts'
import type { Store } from './store.ts'
import { StoreError } from './store_error.ts'

const probeName = 'write_probe'
/** Less than this counts as full: logs and the database's own files soon need it. */
const minFreeBytes = 8 * 1024 * 1024

/**
 * Writes a row in a transaction, with the same lock timeout as a sign-in.
 *
 * @throws {StoreError} `STORE_FULL`, `STORE_READ_ONLY`, `STORE_BUSY`, `STORE_UNREACHABLE` and others.
 */
export async function probeWrites(store: Store, now: number): Promise<void> {
  try {
    // PostgreSQL has its own disk; if that is full, the write fails
    if (store.dialect === 'sqlite') await requireSpace(store.folder)
    const value = String(now)
    await store.transaction((db) => writeSetting(probeName, value, db))
  } catch (error) {
    throw toStoreError(error, 'the database')
  }
}

/** @throws {StoreError} `STORE_FULL` */
async function requireSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < minFreeBytes) {
    throw new StoreError('STORE_FULL', `the disk of ${folder} is full; make room`)
  }
}
