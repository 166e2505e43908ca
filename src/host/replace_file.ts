import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Account } from './account.ts'
import { asAccount, findFolderOwner, findPathOwner } from './path_owner.ts'

const newFileFlags =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)

/**
 * Replaces the content of a file atomically: readers, also after a power cut, see either the old or the
 * new content. Mode and owner stay. If the path is a symbolic link, its target is replaced. Root has only
 * the rights of the user who owns the folder.
 *
 * @throws A system error; the file is then unchanged.
 */
export function replaceFile(file: string, content: string): void {
  const account = findPathOwner(file)
  const { path, mode, uid, gid } = asAccount(account, () => findTarget(file, account))
  const made = `${path}.${process.pid}.new`
  const descriptor = asAccount(account, () => {
    // a temporary file left by an interrupted run is not in use
    rmSync(made, { force: true })
    return openSync(made, newFileFlags, 0o600)
  })
  try {
    try {
      writeFileSync(descriptor, content)
      if (process.getuid?.() === 0) fchownSync(descriptor, uid, gid)
      fchmodSync(descriptor, mode & 0o777)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    asAccount(account, () => {
      renameSync(made, path)
      syncFolder(dirname(path))
    })
  } catch (error) {
    asAccount(account, () => rmSync(made, { force: true }))
    throw error
  }
}

/** @throws {Error} if another user could make root replace a file that is not in the user's folder. */
function findTarget(file: string, { uid: actor }: Account): Stats & { readonly path: string } {
  const path = realpathSync(file)
  const found = lstatSync(path)
  // a link to a file of somebody else would give its owner and mode to the new file
  if (actor !== 0 && process.getuid?.() === 0 && (!found.isFile() || found.nlink > 1)) {
    throw new Error(`${path} is a link to another file; replace it by a copy`)
  }
  return Object.assign(found, { path })
}

/**
 * Creates a file atomically, which only its owner can read. If root creates it without a given owner, it
 * belongs to the owner of the folder, and the group can read it if it can list the folder.
 *
 * @throws A system error, `EEXIST` if the file is there; then nothing was created.
 */
export function createFile(file: string, content: string, owner?: Account): void {
  const account = findFolderOwner(file)
  const folder = dirname(file)
  const made = `${file}.${process.pid}.new`
  const { mode, uid, gid } = asAccount(account, () => statSync(folder))
  const descriptor = asAccount(account, () => {
    rmSync(made, { force: true })
    return openSync(made, newFileFlags, 0o600)
  })
  try {
    writeFileSync(descriptor, content)
    fsyncSync(descriptor)
    // unlike a renamed file, a link never replaces what is there; nobody may link a file of somebody else
    asAccount(account, () => linkSync(made, file))
    if (process.getuid?.() === 0) {
      fchownSync(descriptor, owner?.uid ?? uid, owner?.gid ?? gid)
      const isForGroup = owner === undefined && (mode & 0o040) !== 0 && gid !== 0
      fchmodSync(descriptor, isForGroup ? 0o640 : 0o600)
    }
  } finally {
    closeSync(descriptor)
    asAccount(account, () => rmSync(made, { force: true }))
  }
  asAccount(account, () => syncFolder(folder))
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
