import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { asAccount, findFolderOwner, findPathOwner } from './path_owner.ts'

/** For files in a folder of another user: a link is not followed, and a pipe does not block. */
export const ownFileFlags = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Opens a file of a folder that another user may own, to read it: with the rights of that user, and
 * only if it is a file, and no link.
 *
 * @throws A system error, `ELOOP` for a link.
 */
function openRegularFile(file: string): number {
  const flags = constants.O_RDONLY | ownFileFlags
  return requireFile(
    file,
    asAccount(findFolderOwner(file), () => openSync(file, flags)),
  )
}

/** Reads a file as `openRegularFile` opens it. */
export function readRegularFile(file: string): Buffer {
  const descriptor = openRegularFile(file)
  try {
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Reads a configuration, which may be a link: with the rights of the user who decides where it leads.
 *
 * @throws A system error.
 */
export function readConfigFile(file: string): Buffer {
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
  const opened = asAccount(findPathOwner(file), () => openSync(file, flags))
  const descriptor = requireFile(file, opened)
  try {
    return readFileSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** @throws {Error} if the descriptor is that of a folder, pipe or device; it is then closed. */
function requireFile(file: string, descriptor: number): number {
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw new Error(`${file} is not a file`)
}
