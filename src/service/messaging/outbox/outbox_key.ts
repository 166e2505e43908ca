import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../../host/secret.ts'

const octets = 32

/**
 * The key of the outbox page, for anyone who can read the data folder. Created on first use.
 *
 * @param dataFolder The key file is in its outbox folder, readable only by the owner.
 * @returns 256 bits in base64url.
 */
export function outboxKey(dataFolder: string): Secret {
  const folder = join(dataFolder, 'outbox')
  const file = join(folder, 'key')
  const kept = read(file)
  if (kept !== undefined) return kept
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const made = join(folder, `key.${process.pid}.new`)
  writeFileSync(made, randomBytes(octets).toString('base64url'), { mode: 0o600 })
  try {
    // another program may create it at the same time
    linkSync(made, file)
  } catch (error) {
    if (!isThere(error)) throw error
  } finally {
    rmSync(made, { force: true })
  }
  return new Secret(readFileSync(file, 'utf8'))
}

/**
 * The URL of the page. The key is in the fragment, which never reaches a log.
 *
 * @param serviceUrl Without a trailing slash.
 */
export function outboxUrl(serviceUrl: string, dataFolder: string): string {
  return `${serviceUrl}/outbox#${outboxKey(dataFolder).reveal()}`
}

function read(file: string): Secret | undefined {
  try {
    return new Secret(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
