import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { errorText } from '../../host/error_text.ts'
import { parseJson } from '../../host/parse_json.ts'

/** A time during which passwords alone are enough, in milliseconds since 1970. */
export interface PrimaryOnlyWindow {
  readonly since: number
  readonly until: number
}

const accessibleToOthers = 0o077

/** Content of a file that could not be removed. */
const offText = 'off\n'

/**
 * Reads the window of primary-only mode. A file that another user could have written is ignored.
 *
 * @returns `undefined` if there is none.
 */
export function readWindow(
  file: string,
): PrimaryOnlyWindow | { readonly problem: string } | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { problem: String(error) }
  }
  try {
    const { mode, uid } = fstatSync(descriptor)
    const own = process.geteuid?.()
    if (own !== undefined && uid !== own) return { problem: 'it belongs to another user' }
    if (own !== undefined && (mode & accessibleToOthers) !== 0) {
      return { problem: 'other users have access to it' }
    }
    const text = readFileSync(descriptor, 'utf8')
    if (text === offText) return undefined
    const parsed = parseJson(text)
    return isWindow(parsed) ? parsed : { problem: 'it has no times' }
  } catch (error) {
    return { problem: errorText(error) }
  } finally {
    closeSync(descriptor)
  }
}

/** @throws A system error. */
export function writeWindow(file: string, { since, until }: PrimaryOnlyWindow): void {
  // a new file, so that mode and owner are those of this process
  rmSync(file, { force: true })
  writeFileSync(file, `${JSON.stringify({ since, until })}\n`, { mode: 0o600, flag: 'wx' })
}

/**
 * Removes the window. In a folder that can't be written to, the file then says that there is none.
 *
 * @throws {Error} if neither works; the next start of the proxy may use the window.
 */
export function removeWindow(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch (error) {
    if (overwrite(file)) return
    const reason = errorText(error)
    throw new Error(`${file} can be neither removed nor overwritten: ${reason}`)
  }
}

/** Overwrites a file of this account's own; `false` if that is impossible. */
function overwrite(file: string): boolean {
  let descriptor: number | undefined
  try {
    // not through a link to another file
    descriptor = openSync(file, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0))
    const { nlink, uid } = fstatSync(descriptor)
    if (nlink > 1 || uid !== (process.geteuid?.() ?? uid)) return false
    ftruncateSync(descriptor)
    writeFileSync(descriptor, offText)
    return true
  } catch {
    return false
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function isWindow(value: unknown): value is PrimaryOnlyWindow {
  return (
    typeof value === 'object' &&
    value !== null &&
    'since' in value &&
    'until' in value &&
    Number.isFinite(value.since) &&
    Number.isFinite(value.until)
  )
}
