import { statSync } from 'node:fs'
import type { Finding } from './connectivity_event.ts'

const readableByOthers = 0o004
const writableByOthers = 0o022

/** Finds out whether other users of this machine can read the secrets in the configuration, or change it. */
export function findFilePermissions(configFile: string): Finding[] {
  const found = statSync(configFile, { throwIfNoEntry: false })
  // Windows has access lists instead of modes
  if (found === undefined || process.platform === 'win32') return []
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
  const remedy = `run: chmod 600 ${configFile}`
  if ((found.mode & writableByOthers) !== 0) {
    const message = `${configFile} can be changed by other users of this machine (mode ${mode})`
    return [{ severity: 'warn', message, remedy }]
  }
  if ((found.mode & readableByOthers) !== 0) {
    const message = `${configFile} has secrets, and can be read by every user of this machine (mode ${mode})`
    return [{ severity: 'warn', message, remedy }]
  }
  return []
}
