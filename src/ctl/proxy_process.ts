import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { findAccount } from '../host/account.ts'
import {
  controlSocketIn,
  type Installation,
  pidFileIn,
  readPidFile,
  runDirFor,
} from '../host/installation.ts'

/**
 * The process of the proxy that runs with a configuration, by its pid file.
 *
 * A killed proxy leaves its file, and the number may belong to another program by now.
 *
 * @returns `undefined` without such a process, and where the system does not show command lines (`/proc`).
 */
export function findProxyProcess(
  configFile: string,
  installation: Installation,
): number | undefined {
  const pid = readPidFile(pidFileIn(runDirFor(configFile, installation)))
  return pid !== undefined && isProxyProcess(pid, configFile, installation) ? pid : undefined
}

/**
 * Whether a process is the proxy that runs with a configuration: its command line says so, and it belongs to
 * the account that runs the proxy. Whoever writes to the run folder can name any process there, and in the
 * answer of the control socket; only a process that passes may be sent a signal.
 *
 * @returns `false` also where the system does not show command lines (`/proc`).
 */
export function isProxyProcess(
  pid: number,
  configFile: string,
  installation: Installation,
): boolean {
  // 1 would be init, and less than that a group of processes
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isAlive(pid)) return false
  const user = findProxyUser(configFile, installation)
  return (
    user !== undefined &&
    user === findUserOf(pid) &&
    runsWith(pid, resolve(configFile), installation)
  )
}

/** The service user of the installation; without one, the owner of the socket or the pid file. */
function findProxyUser(configFile: string, installation: Installation): number | undefined {
  const { serviceUser } = installation
  const isInstalled = resolve(configFile) === installation.configFile
  if (isInstalled && serviceUser !== undefined && process.geteuid?.() === 0) {
    return findAccount(serviceUser)?.uid
  }
  const runDir = runDirFor(configFile, installation)
  const options = { throwIfNoEntry: false } as const
  const found = lstatSync(controlSocketIn(runDir), options) ?? lstatSync(pidFileIn(runDir), options)
  return found?.uid
}

/** The effective user of a process. */
function findUserOf(pid: number): number | undefined {
  const [, user] = /^Uid:\s+\d+\s+(\d+)/m.exec(readText(`/proc/${pid}/status`) ?? '') ?? []
  return user === undefined ? undefined : Number(user)
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
