import type { Clock } from '../host/clock.ts'
import type { Log, LogFields } from '../host/log.ts'
import { ProgramLog } from '../host/program_log.ts'
import { RotatingFile } from '../host/rotating_file.ts'
import type { MainSection, ProxyConfig } from './sections/proxy_config.ts'

/** The logs of one configuration. */
interface OpenLogs {
  readonly log: ProgramLog
  /** `undefined` without `log_auth_events`. */
  readonly events: RotatingFile | undefined
  /** What the configuration says about logs, to see whether another one differs. */
  readonly settings: string
}

/** A line of level error. */
export interface LoggedError {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly message: string
}

/** The logs that the present configuration enables. `log` and `writeEvent` stay the same when it changes. */
export class ProxyLogs {
  readonly #clock: Clock
  #open: OpenLogs
  #lastError: LoggedError | undefined
  readonly log: Log = {
    debug: (message, fields) => this.#open.log.debug(message, fields),
    info: (message, fields) => this.#open.log.info(message, fields),
    warn: (message, fields) => this.#open.log.warn(message, fields),
    error: (message, fields) => this.#error(message, fields),
  }
  readonly #writeEvent = (line: string): void => this.#open.events?.write(line)

  /** @throws An error of the system if `log_dir` can't be written to. */
  constructor(config: ProxyConfig, clock: Clock) {
    this.#clock = clock
    this.#open = openLogs(config, clock)
  }

  /** Writes what a worker has logged: whole lines, each with its end. */
  append(lines: {
    readonly log: string
    readonly events: string
    readonly lastError?: LoggedError | undefined
  }): void {
    this.#lastError = lines.lastError ?? this.#lastError
    this.#open.log.append(lines.log)
    if (lines.events !== '') this.#open.events?.write(lines.events.slice(0, -1))
  }

  /** `undefined` without `log_auth_events`. */
  get writeEvent(): ((line: string) => void) | undefined {
    return this.#open.events === undefined ? undefined : this.#writeEvent
  }

  /** The last line of level error since the start. */
  get lastError(): LoggedError | undefined {
    return this.#lastError
  }

  /**
   * Writes to the logs of another configuration from now on.
   *
   * @returns `complete` closes the earlier ones, `undo` returns to them.
   * @throws An error of the system if `log_dir` can't be written to; nothing has changed then.
   */
  switchTo(config: ProxyConfig): { complete(): Promise<void>; undo(): Promise<void> } {
    const before = this.#open
    if (before.settings === settingsOf(config)) {
      return { complete: async () => {}, undo: async () => {} }
    }
    const opened = openLogs(config, this.#clock)
    this.#open = opened
    return {
      complete: () => closeLogs(before),
      undo: async () => {
        this.#open = before
        await closeLogs(opened)
      },
    }
  }

  /** Flushes pending lines. */
  close(): Promise<void> {
    return closeLogs(this.#open)
  }

  #error(message: string, fields: LogFields | undefined): void {
    this.#lastError = { at: this.#clock.now(), message }
    this.#open.log.error(message, fields)
  }
}

/** @throws An error of the system if `log_dir` can't be written to. */
function openLogs(config: ProxyConfig, clock: Clock): OpenLogs {
  const { main } = config
  const rotation = { folder: main.logDir, maxSize: main.logMaxSize, maxFiles: main.logMaxFiles }
  const events = main.logAuthEvents
    ? new RotatingFile({ ...rotation, name: 'authevents.log' })
    : undefined
  const log = new ProgramLog({
    component: 'countersign.proxy',
    debug: isDebug(config),
    file: main.logFile ? { ...rotation, name: 'authproxy.log' } : undefined,
    stdout: main.logStdout,
    syslog: main.logSyslog ? { facility: main.syslogFacility, tag: 'authproxy' } : undefined,
    clock,
  })
  return { log, events, settings: settingsOf(config) }
}

async function closeLogs({ log, events }: OpenLogs): Promise<void> {
  await Promise.all([log.close(), events?.close()])
}

/** Whether any section has debug lines. */
export function isDebug({ main, servers }: ProxyConfig): boolean {
  return main.debug || servers.some(({ debug }) => debug)
}

function settingsOf(config: ProxyConfig): string {
  const { main } = config
  const settings: Partial<MainSection> = {
    logDir: main.logDir,
    logFile: main.logFile,
    logMaxFiles: main.logMaxFiles,
    logMaxSize: main.logMaxSize,
    logStdout: main.logStdout,
    logSyslog: main.logSyslog,
    syslogFacility: main.syslogFacility,
    logAuthEvents: main.logAuthEvents,
    debug: isDebug(config),
  }
  return JSON.stringify(settings)
}
