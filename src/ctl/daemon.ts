import { type ChildProcess, spawn } from 'node:child_process'
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Account, findServiceAccount } from '../host/account.ts'
import type { Installation } from '../host/installation.ts'

/** If a daemon fails, this many lines from the end of its standard error are shown. */
const maxShownLines = 12

/** A proxy that runs in the background. */
export class Daemon {
  readonly #child: ChildProcess
  readonly #errors: string
  readonly #errorsFrom: number
  #failure: string | undefined
  #hasEnded = false

  private constructor(child: ChildProcess, errors: string, errorsFrom: number) {
    this.#child = child
    this.#errors = errors
    this.#errorsFrom = errorsFrom
    child.once('error', (error) => {
      this.#failure = error.message
      this.#hasEnded = true
    })
    child.once('exit', (status, signal) => {
      this.#failure = `the proxy ended with ${signal ?? `exit status ${status}`}`
      this.#hasEnded = true
    })
    child.unref()
  }

  /**
   * Starts a proxy that outlives this program. Its standard error goes to `authproxy.out` in the folder of
   * the logs. As root, it runs as the installation's service user.
   *
   * @throws {Error} if it can't be started.
   */
  static spawn(configFile: string, logDir: string, installation: Installation): Daemon {
    const account = findServiceAccount(installation.serviceUser)
    const errors = join(logDir, 'authproxy.out')
    const output = openOutput(errors, logDir, account)
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, ...env } = process.env
    const umask = process.umask(0o027)
    try {
      const [command, ...args] = programOf(installation)
      const child = spawn(command, [...args, '--config', configFile], {
        detached: true,
        stdio: ['ignore', 'ignore', output.descriptor],
        cwd: process.platform === 'win32' ? installation.root : '/',
        env,
        ...account,
      })
      return new Daemon(child, errors, output.size)
    } finally {
      process.umask(umask)
      closeSync(output.descriptor)
    }
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Why it ended; `undefined` while it runs. */
  get failure(): string | undefined {
    return this.#hasEnded ? this.#failure : undefined
  }

  /** The last lines of its standard error. */
  get errorLines(): readonly string[] {
    const written = readFileSync(this.#errors).subarray(this.#errorsFrom).toString('utf8')
    return written
      .split('\n')
      .filter((line) => line !== '')
      .slice(-maxShownLines)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** The start script sets the memory options of V8; Windows has none. */
function programOf({ root }: Installation): [command: string, ...args: string[]] {
  const script = join(root, 'bin', 'authproxy')
  if (process.platform !== 'win32' && existsSync(script)) return [script]
  const bundled = join(root, 'lib', 'cmd', 'authproxy.js')
  return [
    process.execPath,
    existsSync(bundled) ? bundled : join(root, 'src', 'cmd', 'authproxy.ts'),
  ]
}

/**
 * Root must not follow a link here: the folder belongs to the service user, who could point it to any
 * file of the system.
 */
function openOutput(
  file: string,
  folder: string,
  account: Account | undefined,
): { readonly descriptor: number; readonly size: number } {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o750 })
    if (account !== undefined) chownSync(folder, account.uid, account.gid)
  }
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0 } = constants
  const descriptor = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o640)
  const { nlink, size } = fstatSync(descriptor)
  if (nlink > 1) {
    closeSync(descriptor)
    throw new Error(`${file} is a link to another file; remove it`)
  }
  if (account !== undefined) fchownSync(descriptor, account.uid, account.gid)
  return { descriptor, size }
}
