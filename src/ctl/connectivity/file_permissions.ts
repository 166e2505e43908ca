import { existsSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Account } from '../../host/account.ts'
import { shellWord } from '../../host/shell_word.ts'
import { keyFileFor } from '../../proxy/sections/protected_value.ts'
import type { Finding } from './connectivity_event.ts'

const readable = 0o4
const writable = 0o2
const writableByOthers = 0o022

/**
 * Finds out whether other users of this machine can read the secrets in the configuration or change it,
 * and whether the user that runs the proxy can read it and write the logs.
 *
 * @param user Runs the proxy; `undefined` if it is not known.
 */
export function findFilePermissions(
  { configFile, logDir }: { readonly configFile: string; readonly logDir: string },
  user: Account | undefined,
): Finding[] {
  // Windows has access lists instead of modes
  if (process.platform === 'win32') return []
  return [
    ...findExposed(configFile),
    ...findExposed(keyFileFor(configFile)),
    ...(user === undefined ? [] : findDenied(configFile, logDir, user)),
  ]
}

function findExposed(file: string): Finding[] {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return []
  const mode = formatMode(found)
  const remedy = `run: chmod 600 ${shellWord(file)}`
  if ((found.mode & writableByOthers) !== 0) {
    const message = `${file} can be changed by other users of this machine (mode ${mode})`
    return [{ severity: 'warn', message, remedy }]
  }
  if ((found.mode & readable) !== 0) {
    const message = `${file} holds secrets, and every user of this machine can read it (mode ${mode})`
    return [{ severity: 'warn', message, remedy }]
  }
  return []
}

function findDenied(configFile: string, logDir: string, user: Account): Finding[] {
  const findings: Finding[] = []
  const owner = `${user.uid}:${user.gid}`
  for (const file of [configFile, keyFileFor(configFile)]) {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found === undefined || mayAccess(found, user, readable)) continue
    findings.push({
      severity: 'error',
      message: `the user that runs the proxy (id ${user.uid}) can't read ${file} (mode ${formatMode(found)}, owner ${found.uid})`,
      remedy: `run: chown ${owner} ${shellWord(file)}`,
    })
  }
  // a folder that is missing is created in the nearest one that exists
  let folder = logDir
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  const found = statSync(folder)
  if (mayAccess(found, user, writable)) return findings
  const quoted = shellWord(logDir)
  const remedy = `run: mkdir -p ${quoted} && chown ${owner} ${quoted}`
  const message = `the user that runs the proxy (id ${user.uid}) can't write to log_dir ${logDir}`
  return [...findings, { severity: 'error', message, remedy }]
}

/** By owner and main group; further groups and access lists are not looked at. */
function mayAccess({ mode, uid, gid }: Stats, user: Account, wanted: number): boolean {
  if (user.uid === 0) return true
  if (uid === user.uid) return (mode & (wanted << 6)) !== 0
  if (gid === user.gid) return (mode & (wanted << 3)) !== 0
  return (mode & wanted) !== 0
}

function formatMode({ mode }: Stats): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}
