import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/**
 * Gives a file another content in one step: who reads it sees the old one or the new one, and after
 * a power cut it is one of the two. Mode and owner stay; of a symbolic link, what it points to is
 * replaced.
 *
 * @throws An error of the system's, with the file as it was.
 */
export function replaceFile(file: string, content: string): void {
  const path = realpathSync(file)
  const { mode, uid, gid } = statSync(path)
  const made = `${path}.${process.pid}.new`
  // a file that is left over from a run that was broken off is in nobody's use
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

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
