import { type ChildProcess, spawn } from 'node:child_process'

const restartAfterMs = 5000

/**
 * Sends lines to the syslog of this machine through logger(1), since Node has no datagram socket
 * for /dev/log. Where it dies it is started again, and what is written meanwhile is lost.
 */
export class Syslog {
  readonly #arguments: readonly string[]
  #logger: ChildProcess | undefined
  #closed = false

  /** @param facility `LOG_USER`, `LOG_LOCAL0`, … */
  constructor(facility: string, tag: string) {
    const name = facility.replace(/^LOG_/, '').toLowerCase()
    this.#arguments = ['--priority', `${name}.info`, '--tag', tag, '--prio-prefix']
    this.#start()
  }

  /** @param severity 3 error, 4 warning, 6 informational, 7 debug (RFC 5424 §6.2.1). */
  write(severity: number, line: string): void {
    this.#logger?.stdin?.write(`<${severity}>${line}\n`)
  }

  async close(): Promise<void> {
    this.#closed = true
    const logger = this.#logger
    if (logger === undefined) return
    await new Promise<void>((resolve) => {
      logger.once('close', () => resolve())
      logger.stdin?.end()
    })
  }

  #start(): void {
    if (this.#closed) return
    const logger = spawn('logger', this.#arguments, { stdio: ['pipe', 'ignore', 'ignore'] })
    logger.on('error', () => logger.emit('close'))
    logger.stdin.on('error', () => {})
    logger.once('close', () => {
      this.#logger = undefined
      setTimeout(() => this.#start(), restartAfterMs).unref()
    })
    this.#logger = logger
  }
}
