import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const length = 12

/**
 * The name of this node among those that share a database: `node.id` in the data folder. Without a
 * folder that can be written to, the name lasts as long as the process.
 */
export function readNodeId(folder: string): string {
  const file = join(folder, 'node.id')
  const fresh = randomBytes(length / 2).toString('hex')
  const unfinished = `${file}.${fresh}`
  try {
    if (!existsSync(file)) {
      writeFileSync(unfinished, `${fresh}\n`, { mode: 0o600 })
      // of two programs that start at once, both use the same name
      linkSync(unfinished, file)
    }
  } catch {
    // another program was faster, or the folder is missing
  } finally {
    rmSync(unfinished, { force: true })
  }
  try {
    const id = readFileSync(file, 'utf8').trim()
    return id.length === length ? id : fresh
  } catch {
    return fresh
  }
}
