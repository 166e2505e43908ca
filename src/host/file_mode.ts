import { statSync } from 'node:fs'

const others = 0o077

/**
 * Whether a file's mode lets other users open it. Windows has access lists instead of modes, and reports
 * 0666 for every file, so this is `false` there: the access list of the folder protects the file.
 *
 * @throws A system error if there is no such file.
 */
export function isOpenToOthers(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & others) !== 0
}
