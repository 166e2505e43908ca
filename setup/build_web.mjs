// Builds the browser apps if their sources changed since the last build.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'web', 'dist', '.built-from')
/** The apps, the code that they share with the service, and the versions of the packages. */
const sources = ['web', 'src/config', 'src/manager/editor', 'src/push', 'package-lock.json']

/** @returns {boolean} Whether the apps are there, built from what lies here now. */
export function buildWeb() {
  const now = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return true
  process.stderr.write('setup: building the browser apps (10 to 30 seconds on a small machine)\n')
  const node = join(root, 'node_modules', 'node', 'bin', 'node')
  const { status } = spawnSync(existsSync(node) ? node : process.execPath, ['web/build.ts'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) return false
  writeFileSync(stamp, now)
  return true
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const file of sources.flatMap(filesUnder)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

function filesUnder(path) {
  if (path === 'web/dist' || !existsSync(join(root, path))) return []
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`))
}
