// Installs the packages of package-lock.json, and says how far it is.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const reportEveryMs = 10_000

/**
 * Runs `npm ci`. npm draws its own progress in a terminal only, and never how much is left.
 *
 * @param {string} root The folder of package-lock.json.
 * @param {(message: string) => void} say Prints a line.
 * @returns {Promise<boolean>} Whether it succeeded; the reason is on standard error.
 */
export async function npmCi(root, say) {
  const manifests = listManifests(root)
  say(
    `installing ${manifests.length} packages with 'npm ci' (30 to 90 seconds; several minutes on a busy machine or a slow network)`,
  )
  const started = Date.now()
  const timer = setInterval(() => {
    const done = manifests.filter((file) => existsSync(file)).length
    const seconds = Math.round((Date.now() - started) / 1000)
    const step = done < manifests.length ? 'unpacked' : 'unpacked; their install scripts run'
    say(`${seconds} seconds: ${done} of ${manifests.length} packages are ${step}`)
  }, reportEveryMs)
  try {
    const child = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      // standard output is that of the caller's program
      stdio: ['ignore', 2, 2],
    })
    const [status] = await once(child, 'close')
    if (status !== 0) say(`'npm ci' failed: see the errors above`)
    return status === 0
  } catch (error) {
    say(`'npm ci' failed: ${error.message}`)
    return false
  } finally {
    clearInterval(timer)
  }
}

/** The package.json of each package that npm installs on this machine. */
function listManifests(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return Object.entries(packages)
    .filter(([folder, entry]) => folder !== '' && isForHere(entry))
    .map(([folder]) => join(root, folder, 'package.json'))
}

function isForHere({ optional = false, os, cpu = [process.arch], libc = ['glibc'] }) {
  // optional for all systems: part of a build for WebAssembly, which npm installs only where it finds no other
  if (os === undefined) return !optional
  return os.includes(process.platform) && cpu.includes(process.arch) && libc.includes('glibc')
}
