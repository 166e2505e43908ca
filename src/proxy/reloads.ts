import { basename } from 'node:path'
import { formatProblem, type Problem } from '../config/problem.ts'
import type { Clock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import type { Log } from '../host/log.ts'
import type { ControlAnswer } from './control/control_protocol.ts'
import type { ReloadCounts } from './control/proxy_status.ts'
import { ListenError } from './listen_error.ts'
import type { ProxyConfig } from './sections/proxy_config.ts'

export interface ReloadsOptions {
  readonly file: string
  /** Reads and checks the file. @throws A system error if it can't be read. */
  readonly read: () => {
    readonly config: ProxyConfig | undefined
    readonly problems: readonly Problem[]
  }
  /** Puts a configuration into force. @returns What changed. @throws if nothing has changed. */
  readonly apply: (config: ProxyConfig) => Promise<readonly string[]>
  readonly log: Log
  readonly clock: Clock
}

/** Loads the configuration file again while the proxy runs. A file with errors changes nothing. */
export class Reloads {
  readonly #options: ReloadsOptions
  #succeeded = 0
  #failed = 0
  #last: ReloadCounts['last']
  #loadedAt: number
  /** The last reload; the next one waits for it. */
  #reload: Promise<unknown> = Promise.resolve()

  constructor(options: ReloadsOptions) {
    this.#options = options
    this.#loadedAt = options.clock.now()
  }

  get counts(): ReloadCounts {
    return {
      succeeded: this.#succeeded,
      failed: this.#failed,
      ...(this.#last === undefined ? {} : { last: this.#last }),
    }
  }

  /** When the configuration in force was loaded, in milliseconds since 1970. */
  get loadedAt(): number {
    return this.#loadedAt
  }

  /** Concurrent calls run one after another, each with the file as it is then. */
  reload(): Promise<ControlAnswer> {
    const answer = this.#reload.then(async () => {
      const found = await this.#load()
      this.#record(found)
      return found
    })
    this.#reload = answer.catch(() => {})
    return answer
  }

  async #load(): Promise<ControlAnswer> {
    const { file, read, apply } = this.#options
    const unchanged = 'nothing has changed, and the proxy keeps its configuration'
    let config: ProxyConfig | undefined
    let problems: readonly Problem[]
    try {
      ;({ config, problems } = read())
    } catch (error) {
      const line = `${basename(file)} can't be read: ${errorText(error)}; ${unchanged}`
      return { ok: false, reason: 'config', lines: [line] }
    }
    const found = problems.map(formatProblem)
    if (config === undefined) {
      return { ok: false, reason: 'config', lines: [...found, `${file} has errors; ${unchanged}`] }
    }
    try {
      return { ok: true, lines: [...found, ...(await apply(config)), `reloaded ${file}`] }
    } catch (error) {
      const effect = error instanceof ListenError && error.hasLostPlaces ? '' : `; ${unchanged}`
      return { ok: false, reason: 'failed', lines: [...found, `${errorText(error)}${effect}`] }
    }
  }

  #record({ ok, lines }: ControlAnswer): void {
    const { log, clock } = this.#options
    const now = clock.now()
    this.#last = { at: new Date(now).toISOString(), ok, lines }
    if (ok) {
      this.#succeeded++
      this.#loadedAt = now
      for (const line of lines) log.info(`reload: ${line}`)
    } else {
      this.#failed++
      for (const line of lines) log.error(`reload refused: ${line}`)
    }
  }
}
