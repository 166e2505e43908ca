import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Account, findServiceAccount } from '../host/account.ts'
import type { Installation } from '../host/installation.ts'
import { readRegularFile } from '../host/regular_file.ts'
import { openLog } from './connectivity/log_folder.ts'

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
    const place = { logDir, configFile, installation, serviceAccount: account }
    const output = openLog('authproxy.out', place, 'append')
    const umask = process.umask(0o027)
    try {
      const [command, ...args] = programOf(installation)
      const child = spawn(command, [...args, '--config', configFile], {
        detached: true,
        stdio: ['ignore', 'ignore', output.descriptor],
        cwd: process.platform === 'win32' ? installation.root : '/',
        env: environmentFor(account),
        ...account,
      })
      return new Daemon(child, output.file, output.size)
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
    const written = readRegularFile(this.#errors).subarray(this.#errorsFrom).toString('utf8')
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

/** What the proxy and its start script use; root's environment may hold secrets of other programs. */
const passedOn = /^(?:PATH|LANG|LANGUAGE|LC_[A-Z]+|TZ|NODE_COMPILE_CACHE)$/

/** Without `HOME`, programs look up that of the account they run as. */
function environmentFor(account: Account | undefined): NodeJS.ProcessEnv {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, ...all } = process.env
  // Windows programs need many variables, and the account is the same
  if (process.platform === 'win32') return all
  const isPassedOn = (name: string): boolean =>
    passedOn.test(name) || (name === 'HOME' && account === undefined)
  return Object.fromEntries(Object.entries(all).filter(([name]) => isPassedOn(name)))
}
