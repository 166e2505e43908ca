import { closeSync, ftruncateSync, writeFileSync } from 'node:fs'
import { findServiceAccount } from '../../host/account.ts'
import { type Installation, readInstallation } from '../../host/installation.ts'
import { openLog } from './log_folder.ts'

const fileName = 'connectivity_tool.log'

/**
 * Writes the output of one run to `connectivity_tool.log`; the output of the previous run is replaced.
 * As root, it has only the rights of the service user, or of the owner of the configuration.
 *
 * @param logDir Folder of the proxy's logs.
 * @returns Path of the file.
 * @throws A system error if the file can't be written.
 */
export function writeToolLog(
  lines: readonly string[],
  { logDir, configFile }: { readonly logDir: string; readonly configFile: string },
  installation: Installation = readInstallation(),
): string {
  const serviceAccount = findServiceAccount(installation.serviceUser)
  const place = { logDir, configFile, installation, serviceAccount }
  const { file, descriptor } = openLog(fileName, place, 'replace')
  try {
    ftruncateSync(descriptor)
    writeFileSync(descriptor, `${lines.join('\n')}\n`)
  } finally {
    closeSync(descriptor)
  }
  return file
}
