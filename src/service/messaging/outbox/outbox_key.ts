import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../../../host/secret.ts'

const octets = 32

/**
 * The key to the page of the outbox: whoever may read the data folder may have it. It is made when
 * it is asked for the first time.
 *
 * @param dataFolder It lies beside the outbox's files there, for its owner alone.
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
    // of two programs that make one at once, one is first
    linkSync(made, file)
  } catch (error) {
    if (!isThere(error)) throw error
  } finally {
    rmSync(made, { force: true })
  }
  return new Secret(readFileSync(file, 'utf8'))
}

/**
 * The address of the page, with its key behind the `#`, where no log has it.
 *
 * @param serviceUrl Without a slash at its end.
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
