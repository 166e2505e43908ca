import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { errorText } from '../../host/error_text.ts'
import type { ArchiveFile } from './tar_archive.ts'

// the user of the proxy owns the folder: root must not collect what a link there points to
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const maxBytes = 2 * 1024 * 1024
const maxFiles = 12
/** Logs of the proxy and its tools, with their rotated files. */
const logName =
  /^(authproxy|authevents|ssoevents|connectivity_tool|install|authproxyctl)\.log(\.\d+)?$/

/** The ends of the logs in a folder, each at most 2 MiB, from whole lines. */
export function readLogTails(folder: string): ArchiveFile[] {
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => logName.test(name))
  } catch {
    return []
  }
  return names
    .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .slice(0, maxFiles)
    .map((name) => ({ name: `log/${name}`, content: readTail(join(folder, name)) }))
}

function readTail(file: string): string {
  try {
    const descriptor = openSync(file, openFlags)
    try {
      const found = fstatSync(descriptor)
      if (!found.isFile()) return '(left out: it is not a file)\n'
      const { size } = found
      const octets = Buffer.alloc(Math.min(size, maxBytes))
      readSync(descriptor, octets, 0, octets.length, size - octets.length)
      const text = octets.toString('utf8')
      // half a line could be half a secret, which no one recognises
      return size > maxBytes ? text.slice(text.indexOf('\n') + 1) : text
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    return `(can't be read: ${errorText(error)})\n`
  }
}
