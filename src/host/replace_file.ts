import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Account } from './account.ts'

/**
 * Replaces the content of a file atomically: readers, also after a power cut, see either the old or the
 * new content. Mode and owner stay. If the path is a symbolic link, its target is replaced.
 *
 * @throws A system error; the file is then unchanged.
 */
export function replaceFile(file: string, content: string): void {
  const path = realpathSync(file)
  const { mode, uid, gid } = statSync(path)
  const made = `${path}.${process.pid}.new`
  // a temporary file left by an interrupted run is not in use
  rmSync(made, { force: true })
  const descriptor = openSync(made, 'wx', 0o600)
  try {
    try {
      writeFileSync(descriptor, content)
      if (process.getuid?.() === 0) fchownSync(descriptor, uid, gid)
      fchmodSync(descriptor, mode & 0o7777)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(made, path)
  } catch (error) {
    rmSync(made, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

/**
 * Creates a file atomically, which only its owner can read. If root creates it without a given owner, it
 * belongs to the owner of the folder, and the group can read it if it can list the folder.
 *
 * @throws A system error, `EEXIST` if the file is there; then nothing was created.
 */
export function createFile(file: string, content: string, owner?: Account): void {
  const folder = dirname(file)
  const { mode, uid, gid } = statSync(folder)
  const made = `${file}.${process.pid}.new`
  rmSync(made, { force: true })
  try {
    const descriptor = openSync(made, 'wx', 0o600)
    try {
      writeFileSync(descriptor, content)
      if (process.getuid?.() === 0) {
        fchownSync(descriptor, owner?.uid ?? uid, owner?.gid ?? gid)
        const isForGroup = owner === undefined && (mode & 0o040) !== 0 && gid !== 0
        fchmodSync(descriptor, isForGroup ? 0o640 : 0o600)
      }
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    // unlike a renamed file, a link never replaces what is there
    linkSync(made, file)
  } finally {
    rmSync(made, { force: true })
  }
  syncFolder(folder)
}

function syncFolder(folder: string): void {
  // Windows writes folders through, and refuses this
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
