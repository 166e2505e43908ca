import { readFileSync, readlinkSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { type Installation, pidFileIn, readPidFile, runDirFor } from '../host/installation.ts'

/**
 * The process of the proxy that runs with a configuration, by its pid file.
 *
 * A killed proxy leaves its file, and the number may belong to another program by now. So the command line
 * must be that of a proxy with this configuration.
 *
 * @returns `undefined` without such a process, and where the system does not show command lines (`/proc`).
 */
export function findProxyProcess(
  configFile: string,
  installation: Installation,
): number | undefined {
  const pid = readPidFile(pidFileIn(runDirFor(configFile, installation)))
  // 1 would be init
  if (pid === undefined || pid === 1 || !isAlive(pid)) return undefined
  return runsWith(pid, resolve(configFile), installation) ? pid : undefined
}

/** Whether a process exists and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it belongs to another user
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  return !isZombie(pid)
}

/** A process whose parent does not ask how it ended keeps its number. */
function isZombie(pid: number): boolean {
  const status = readText(`/proc/${pid}/stat`)
  return status !== undefined && /^\d+ \(.*\) Z/s.test(status)
}

function runsWith(pid: number, configFile: string, installation: Installation): boolean {
  const words = readText(`/proc/${pid}/cmdline`)?.split('\0') ?? []
  const program = words.findIndex((word) => /^authproxy(\.[jt]s)?$/.test(basename(word)))
  if (program < 0) return false
  const given = configArgument(words.slice(program + 1))
  if (given === undefined) return configFile === installation.configFile
  try {
    return resolve(readlinkSync(`/proc/${pid}/cwd`), given) === configFile
  } catch {
    return false
  }
}

function configArgument(words: readonly string[]): string | undefined {
  const at = words.indexOf('--config')
  if (at >= 0) return words[at + 1]
  return words.find((word) => word.startsWith('--config='))?.slice('--config='.length)
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
