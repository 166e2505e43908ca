import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { errorText } from '../../host/error_text.ts'
import { ownFileFlags } from '../../host/regular_file.ts'
import type { ArchiveFile } from './tar_archive.ts'

const maxBytes = 2 * 1024 * 1024
const maxFiles = 12
/** Logs of the proxy and its tools with their rotated files, and what the proxy wrote to standard error. */
const logName =
  /^(?:(?:authproxy|authevents|ssoevents|connectivity_tool|install|authproxyctl)\.log(?:\.(?<rotation>\d+))?|authproxy\.out)$/

/** The ends of the newest logs in a folder, each at most 2 MiB, from whole lines. */
export function readLogTails(folder: string): ArchiveFile[] {
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => logName.test(name))
  } catch {
    return []
  }
  return names
    .toSorted((one, other) => rotationOf(one) - rotationOf(other) || (one < other ? -1 : 1))
    .slice(0, maxFiles)
    .map((name) => ({ name: `log/${name}`, content: readTail(join(folder, name)) }))
}

/** 0 for the current file of a log. */
function rotationOf(name: string): number {
  return Number(logName.exec(name)?.groups?.rotation ?? 0)
}

function readTail(file: string): string {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | ownFileFlags)
    try {
      const found = fstatSync(descriptor)
      if (!found.isFile()) return '(left out: it is not a file)\n'
      const { size } = found
      const octets = Buffer.alloc(Math.min(size, maxBytes))
      readSync(descriptor, octets, 0, octets.length, size - octets.length)
      const text = octets.toString('utf8')
      // half a secret in half a line would not be recognised
      return size > maxBytes ? text.slice(text.indexOf('\n') + 1) : text
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    return `(can't be read: ${errorText(error)})\n`
  }
}
