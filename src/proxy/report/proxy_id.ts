import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../host/log.ts'

const fileName = 'authproxy.id'
const idForm = /^[\w-]{22}$/

/**
 * The identifier of this proxy: random, kept beside the logs. Without a folder that can be written to, each
 * start has a new one.
 */
export function readProxyId(logDir: string, log: Log): string {
  const file = join(logDir, fileName)
  const id = randomBytes(16).toString('base64url')
  if (!existsSync(logDir)) return id
  try {
    // fails if there is a file, so that it is never replaced while another process reads it
    writeFileSync(file, `${id}\n`, { mode: 0o600, flag: 'wx' })
    return id
  } catch {
    return readKnownId(file, log) ?? id
  }
}

function readKnownId(file: string, log: Log): string | undefined {
  try {
    const id = readFileSync(file, 'utf8').trim()
    if (idForm.test(id)) return id
    log.warn(`${file} has no identifier; delete it, and the next start creates a new one`)
  } catch (error) {
    log.info(`${file} can't be used; this proxy has a new identifier after each start`, {
      error: String(error),
    })
  }
  return undefined
}
