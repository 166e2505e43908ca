import { chownSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const fileName = 'connectivity_tool.log'
const fileMode = 0o640
const folderMode = 0o750

/**
 * Writes the output of one run to `connectivity_tool.log`; the output of the run before is replaced.
 * A file or folder that root creates belongs to the owner of the configuration, so that the service's
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
  const created = [logDir, file].filter((path) => !existsSync(path))
  mkdirSync(logDir, { recursive: true, mode: folderMode })
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: fileMode })
  const owner = statSync(existsSync(configFile) ? configFile : dirname(logDir))
  if (process.getuid?.() === 0) {
    for (const path of created) chownSync(path, owner.uid, owner.gid)
  }
  return file
}
