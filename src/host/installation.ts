import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { errorText } from './error_text.ts'
import { parseJson } from './parse_json.ts'
import { programRoot } from './program_root.ts'

/** Where the files of this copy of the authentication proxy are. */
export interface Installation {
  /** Folder with `bin`, `package.json` and, if a package installed it, `installation.json`. */
  readonly root: string
  readonly configFile: string
  /** For the process id and the control socket of the proxy that runs with `configFile`. */
  readonly runDir: string
  /** `undefined` if the configuration decides. */
  readonly logDir: string | undefined
  /** The systemd unit or the Windows service; `undefined` without one. */
  readonly unit: string | undefined
  /** The account that runs the proxy; `undefined`: the one that starts it. */
  readonly serviceUser: string | undefined
}

/** Thrown if `installation.json` can't be used. */
class InstallationError extends Error {
  override readonly name = 'InstallationError'
}

/**
 * Reads `installation.json`, which the packages write; a clone has none, and its configuration is
 * `conf/authproxy.cfg`. Relative paths in it start at the root.
 *
 * @throws {InstallationError} if the file is there and can't be used.
 */
export function readInstallation(root = programRoot): Installation {
  const file = join(root, 'installation.json')
  const stated = existsSync(file) ? readStatements(file) : {}
  const configFile = resolve(root, stated.configFile ?? 'conf/authproxy.cfg')
  return {
    root,
    configFile,
    runDir: stated.runDir === undefined ? runDirBeside(configFile) : resolve(root, stated.runDir),
    logDir: stated.logDir === undefined ? undefined : resolve(root, stated.logDir),
    unit: stated.unit,
    serviceUser: stated.serviceUser,
  }
}

/** The installation of the program that runs. One that can't be used ends the program with its message. */
export function ownInstallation(root = programRoot): Installation {
  try {
    return readInstallation(root)
  } catch (error) {
    if (!(error instanceof InstallationError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/** The run folder of a configuration: that of the installation only for its own configuration. */
export function runDirFor(configFile: string, installation: Installation): string {
  return resolve(configFile) === installation.configFile
    ? installation.runDir
    : runDirBeside(resolve(configFile))
}

/** The file with the process id of the proxy that uses a run folder. */
export function pidFileIn(runDir: string): string {
  return join(runDir, 'authproxy.pid')
}

/** The process id in a pid file; `undefined` if there is none. */
export function readPidFile(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').trim())
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** A Unix socket; on Windows a named pipe whose name contains the path of the folder. */
export function controlSocketIn(runDir: string): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\countersign-authproxy-${encodeURIComponent(runDir.toLowerCase())}`
    : join(runDir, 'authproxy.sock')
}

function runDirBeside(configFile: string): string {
  const folder = dirname(configFile)
  return basename(folder) === 'conf' ? join(folder, '..', 'run') : join(folder, 'run')
}

type Statements = Readonly<
  Partial<Record<'configFile' | 'runDir' | 'logDir' | 'unit' | 'serviceUser', string>>
>

function readStatements(file: string): Statements {
  let parsed: unknown
  try {
    parsed = parseJson(readFileSync(file, 'utf8'))
  } catch (error) {
    const reason = errorText(error)
    throw new InstallationError(`${file} can't be read: ${reason}; install the package again`)
  }
  if (typeof parsed !== 'object' || parsed === null) {
    throw new InstallationError(`${file} is not a JSON object; install the package again`)
  }
  const texts = Object.entries(parsed).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  )
  return Object.fromEntries(texts)
}
