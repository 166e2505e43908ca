import { type ChildProcess, spawn } from 'node:child_process'

export interface SyslogOptions {
  /** `LOG_USER`, `LOG_LOCAL0`, … */
  readonly facility: string
  /** The program name at the beginning of each line. */
  readonly tag: string
  /** Program that reads the lines, such as logger(1). */
  readonly logger?: string
  readonly restartMs?: number
}

/** Maximum number of bytes that wait for a slow logger; further lines are lost. */
const maxWaiting = 1024 * 1024

/**
 * Sends lines to this machine's syslog through logger(1), because Node can't send datagrams to /dev/log.
 * If logger ends, it is restarted; lines written in between are lost and counted.
 */
export class Syslog {
  readonly #options: SyslogOptions
  #logger: ChildProcess | undefined
  #closed = false
  #told = false
  #lost = 0

  constructor(options: SyslogOptions) {
    this.#options = options
    this.#start()
  }

  /** Number of lost lines. */
  get lost(): number {
    return this.#lost
  }

  /** @param severity 3 error, 4 warning, 6 informational, 7 debug (RFC 5424 §6.2.1). */
  write(severity: number, line: string): void {
    const input = this.#logger?.stdin
    if (!input?.writable || input.writableLength > maxWaiting) this.#lost++
    else input.write(`<${severity}>${line}\n`)
  }

  async close(): Promise<void> {
    this.#closed = true
    const logger = this.#logger
    if (logger === undefined) return
    await new Promise<void>((resolve) => {
      logger.once('close', () => resolve())
      logger.once('error', () => resolve())
      logger.stdin?.end()
    })
  }

  #start(): void {
    if (this.#closed) return
    const { facility, tag, logger: program = 'logger', restartMs = 5000 } = this.#options
    const priority = `${facility.replace(/^LOG_/i, '').toLowerCase()}.info`
    const logger = spawn(program, ['--priority', priority, '--tag', tag, '--prio-prefix'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.#logger = logger
    let ended = false
    const end = (reason: string): void => {
      if (ended) return
      ended = true
      if (this.#logger === logger) this.#logger = undefined
      if (this.#closed) return
      if (!this.#told) {
        this.#told = true
        process.stderr.write(`syslog: ${reason}; restarting every ${restartMs} ms\n`)
      }
      setTimeout(() => this.#start(), restartMs).unref()
    }
    logger.stdin?.on('error', () => {})
    logger.once('error', (error) => end(`${program} can't be started: ${error.message}`))
    logger.once('close', (status) => end(`${program} ended with status ${status}`))
  }
}
