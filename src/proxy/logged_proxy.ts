import { arch, hostname, platform } from 'node:os'
import type { Clock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import { version } from '../host/version.ts'
import { formatListener, listChanges } from './config_changes.ts'
import { buildStatus } from './control/build_status.ts'
import type { ControlAnswer } from './control/control_protocol.ts'
import type { ProxyStatus } from './control/proxy_status.ts'
import { ListenError } from './listen_error.ts'
import { ProxyMetrics } from './metrics/proxy_metrics.ts'
import type { PrimaryOnly } from './primary_only/primary_only.ts'
import { AuthenticationProxy } from './proxy.ts'
import type { ProxyLogs } from './proxy_logs.ts'
import { Reloads } from './reloads.ts'
import { readProxyId } from './report/proxy_id.ts'
import { Reporter } from './report/reporter.ts'
import { joinsRetries } from './second_factor/retry_settings.ts'
import type { ProxyHost, ProxyObserver } from './section_runtime.ts'
import { effectiveSections } from './sections/effective.ts'
import type { ProxyConfig } from './sections/proxy_config.ts'
import { readProxyConfigFile } from './sections/read_proxy_config.ts'
import type { ServingProxy } from './serving_proxy.ts'
import { checkApis, type StartReport } from './startup_check.ts'

interface LoggedProxyOptions {
  /** Name of the configuration file, also for reloads. */
  readonly file: string
  readonly logs: ProxyLogs
  /** Writes to the log, and to the console if the program has one. */
  readonly report: StartReport
  readonly clock: Clock
  readonly primaryOnly?: PrimaryOnly | undefined
  /** Starts what serves the sections; by default in this process. */
  readonly serve?: StartServing | undefined
  /** Receives what happens, beside the metrics. */
  readonly observer?: ProxyObserver | undefined
}

/** @throws {ListenError} with nothing left listening. */
export type StartServing = (config: ProxyConfig, host: ProxyHost) => Promise<ServingProxy>

/** Starts, reloads and stops the proxy with its metrics and reports, and logs it. */
export class LoggedProxy {
  readonly proxy: ServingProxy
  readonly #options: LoggedProxyOptions
  readonly #startedAt: number
  readonly #metrics: ProxyMetrics
  readonly #reloads: Reloads
  #config: ProxyConfig
  #reporter: Reporter | undefined
  #checking = new AbortController()
  #checked: Promise<unknown> = Promise.resolve()

  private constructor(
    proxy: ServingProxy,
    config: ProxyConfig,
    options: LoggedProxyOptions,
    observer: Observer,
  ) {
    const { file, clock, logs } = options
    this.proxy = proxy
    this.#options = options
    this.#config = config
    this.#startedAt = clock.now()
    this.#reloads = new Reloads({
      file,
      read: () => readProxyConfigFile(file),
      apply: (next) => this.#apply(next),
      log: logs.log,
      clock,
    })
    this.#metrics = new ProxyMetrics(this.#metricsSource())
    observer.durations = this.#metrics.durations
  }

  /** @throws {ListenError} if an address can't be used; it is logged. */
  static async start(config: ProxyConfig, options: LoggedProxyOptions): Promise<LoggedProxy> {
    const { file, logs, report, clock } = options
    report('info', `Countersign Authentication Proxy ${version} starting with ${file}`)
    logSettings(config, logs)
    const observer = new Observer(options.observer)
    const host: ProxyHost = {
      log: logs.log,
      get writeEvent() {
        return logs.writeEvent
      },
      clock,
      observer,
      primaryOnly: options.primaryOnly,
    }
    const serve = options.serve ?? ((...args) => AuthenticationProxy.start(...args))
    const proxy = await startProxy(config, host, serve)
    for (const source of proxy.sections) report('info', formatListener(source))
    const logged = new LoggedProxy(proxy, config, options, observer)
    const problem = await logged.#serveMetrics()
    if (problem !== undefined) report('warn', problem)
    logged.#report()
    logs.log.info('Init Complete')
    // not awaited, so that logins are served meanwhile
    logged.#check(report)
    return logged
  }

  /** The same as `status`, after all workers have said where they stand. */
  async readStatus(): Promise<ProxyStatus> {
    await this.proxy.refresh()
    return this.status
  }

  /** The status of the proxy; contains no secrets. */
  get status(): ProxyStatus {
    const { workers } = this.proxy
    const { clock, logs, file } = this.#options
    const { lastError } = logs
    const primaryOnly = this.#options.primaryOnly?.window
    const { place } = this.#metrics
    return buildStatus(
      this.proxy.sections,
      {
        pid: process.pid,
        version,
        startedAt: this.#startedAt,
        config_file: file,
        log_dir: this.#config.main.logDir,
        config_loaded_at: new Date(this.#reloads.loadedAt).toISOString(),
        reloads: this.#reloads.counts,
        ...(primaryOnly === undefined
          ? {}
          : { primary_only: { until: new Date(primaryOnly.until).toISOString() } }),
        ...(workers.length === 0 ? {} : { workers }),
        ...(place === undefined ? {} : { metrics: `${place.address}:${place.port}` }),
        ...(lastError === undefined
          ? {}
          : { last_error: { ...lastError, at: new Date(lastError.at).toISOString() } }),
      },
      { now: clock.now(), nowMs: performance.now() },
    )
  }

  /**
   * Loads the configuration file again. Pending logins are decided under the configuration that they
   * began with, and listeners that stay keep their socket. A file with errors changes nothing.
   */
  reload(): Promise<ControlAnswer> {
    return this.#reloads.reload()
  }

  /** The logs stay open. */
  async stop(): Promise<void> {
    this.#checking.abort()
    await this.#checked
    this.#metrics.close()
    await this.#reporter?.stop()
    await this.proxy.stop()
    this.#options.logs.log.info('stopped')
  }

  /** @returns What changed. @throws with the previous configuration still in force. */
  async #apply(config: ProxyConfig): Promise<readonly string[]> {
    const { logs } = this.#options
    const before = this.#config
    const switched = switchLogs(logs, config)
    try {
      await this.proxy.replace(config)
    } catch (error) {
      await switched.undo()
      throw error
    }
    this.#config = config
    await switched.complete()
    logSettings(config, logs)
    const problem = await this.#serveMetrics()
    this.#report()
    this.#check((level, text) => logs.log[level](text))
    return [
      ...listChanges(before, config),
      ...this.#waitingForStart(before, config),
      ...(problem === undefined ? [] : [problem]),
    ]
  }

  /** Lists the changes that a reload does not make. */
  #waitingForStart(before: ProxyConfig, config: ProxyConfig): readonly string[] {
    const { length } = this.proxy.workers
    const waiting = [
      ...(before.main.workers === config.main.workers ? [] : ['workers']),
      ...(length > 0 && joinsRetries(config.servers) ? ['retry_timeout'] : []),
    ]
    return waiting.map(
      (option) =>
        `${option} takes effect with the next start of the proxy; workers until then: ${length || 1}`,
    )
  }

  /** @returns Why the metrics can't be served; logins work without them. */
  async #serveMetrics(): Promise<string | undefined> {
    const { metricsPort: port, metricsInterface: address } = this.#config.main
    try {
      await this.#metrics.serveAt({ address, port })
      return undefined
    } catch (error) {
      const reason = errorText(error)
      return `metrics_port ${port} can't be opened: ${reason}; choose another port or metrics_interface`
    }
  }

  /** Sends reports if the configuration says so. */
  #report(): void {
    const { sendReports, logDir } = this.#config.main
    if (!sendReports) {
      void this.#reporter?.stop()
      this.#reporter = undefined
      return
    }
    const { logs, clock } = this.#options
    this.#reporter ??= new Reporter({
      sources: () => this.proxy.sections,
      process: {
        id: readProxyId(logDir, logs.log),
        host: hostname(),
        version,
        platform: `${platform()} ${arch()}`,
      },
      log: logs.log,
      clock,
    })
  }

  /** Checks every API; a check in progress is cancelled. */
  #check(report: StartReport): void {
    this.#checking.abort()
    const checking = new AbortController()
    this.#checking = checking
    const options = { clock: this.#options.clock, stop: checking.signal }
    const config = this.#config
    this.#checked = this.#checked.then(() => checkApis(config, report, options))
  }

  #metricsSource(): ConstructorParameters<typeof ProxyMetrics>[0] {
    const { proxy } = this
    const reloads = this.#reloads
    return {
      version,
      startedAt: this.#startedAt,
      get loadedAt() {
        return reloads.loadedAt
      },
      get reloads() {
        return reloads.counts
      },
      get sections() {
        return proxy.sections
      },
      signIns: proxy.signIns,
      refresh: () => proxy.refresh(),
      get residentBytes() {
        return proxy.residentBytes
      },
      get workers() {
        return proxy.workers
      },
      get isPrimaryOnly() {
        return proxy.isPrimaryOnly
      },
    }
  }
}

/** Forwards to the metrics, which are created after the proxy because they read from it, and to another one. */
class Observer implements ProxyObserver {
  #durations: ProxyObserver | undefined
  /** What happened before there were metrics, while workers were still being started. */
  #early: ((durations: ProxyObserver) => void)[] = []
  readonly #other: ProxyObserver | undefined

  constructor(other: ProxyObserver | undefined) {
    this.#other = other
  }

  set durations(durations: ProxyObserver) {
    this.#durations = durations
    for (const report of this.#early) report(durations)
    this.#early = []
  }

  loginDecided(...login: Parameters<ProxyObserver['loginDecided']>): void {
    if (this.#durations === undefined) this.#early.push((late) => late.loginDecided(...login))
    else this.#durations.loginDecided(...login)
    this.#other?.loginDecided(...login)
  }

  apiCalled(...call: Parameters<ProxyObserver['apiCalled']>): void {
    if (this.#durations === undefined) this.#early.push((late) => late.apiCalled(...call))
    else this.#durations.apiCalled(...call)
    this.#other?.apiCalled(...call)
  }

  apiCallBegun(...call: Parameters<NonNullable<ProxyObserver['apiCallBegun']>>): void {
    this.#other?.apiCallBegun?.(...call)
  }
}

async function startProxy(
  config: ProxyConfig,
  host: ProxyHost,
  serve: StartServing,
): Promise<ServingProxy> {
  try {
    return await serve(config, host)
  } catch (error) {
    if (error instanceof ListenError) host.log.error(error.message)
    throw error
  }
}

function logSettings(config: ProxyConfig, { log }: ProxyLogs): void {
  for (const { name, settings } of effectiveSections(config)) log.info(`[${name}]`, settings)
}

function switchLogs(logs: ProxyLogs, config: ProxyConfig): ReturnType<ProxyLogs['switchTo']> {
  try {
    return logs.switchTo(config)
  } catch (error) {
    const reason = errorText(error)
    throw new Error(`log_dir ${config.main.logDir} can't be written to: ${reason}`)
  }
}
