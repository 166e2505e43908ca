import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  mkdirSync,
  openSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

const fileName = 'connectivity_tool.log'
const fileMode = 0o640
const folderMode = 0o750
// the service user owns the folder: root must not follow a link there
const openFlags =
  constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0)

/**
 * Writes the output of one run to `connectivity_tool.log`; the output of the previous run is replaced.
 * A file or folder that root creates belongs to the owner of the configuration, so that the service
 * user can still write its logs.
 *
 * @param logDir Folder of the proxy's logs.
 * @returns Path of the file.
 * @throws A system error if the file can't be written.
 */
export function writeToolLog(
  lines: readonly string[],
  { logDir, configFile }: { readonly logDir: string; readonly configFile: string },
): string {
  const file = join(logDir, fileName)
  const isRoot = process.getuid?.() === 0
  const owner = statSync(existsSync(configFile) ? configFile : dirname(logDir))
  if (!existsSync(logDir)) {
    mkdirSync(logDir, { recursive: true, mode: folderMode })
    if (isRoot) chownSync(logDir, owner.uid, owner.gid)
  }
  const isNew = !existsSync(file)
  const descriptor = openSync(file, openFlags, fileMode)
  try {
    if (isNew && isRoot) fchownSync(descriptor, owner.uid, owner.gid)
    writeFileSync(descriptor, `${lines.join('\n')}\n`)
  } finally {
    closeSync(descriptor)
  }
  return file
}
