import { arch, hostname, platform } from 'node:os'
import type { Clock } from '../host/clock.ts'
import type { Log } from '../host/log.ts'
import { version } from '../host/version.ts'
import { ListenError } from './listen_error.ts'
import { ProxyMetrics } from './metrics/proxy_metrics.ts'
import { AuthenticationProxy } from './proxy.ts'
import type { ProxyLogs } from './proxy_logs.ts'
import { readProxyId } from './report/proxy_id.ts'
import { Reporter } from './report/reporter.ts'
import { effectiveSections } from './sections/effective.ts'
import type { ProxyConfig } from './sections/proxy_config.ts'
import { checkApis, type StartReport } from './startup_check.ts'

/** Starts and stops the proxy with its metrics, and logs both. */
export class LoggedProxy {
  readonly proxy: AuthenticationProxy
  readonly #logs: ProxyLogs
  readonly #metrics: ProxyMetrics | undefined
  readonly #reporter: Reporter | undefined
  readonly #checking = new AbortController()
  readonly #checked: Promise<unknown>

  private constructor(
    proxy: AuthenticationProxy,
    logs: ProxyLogs,
    metrics: ProxyMetrics | undefined,
    reporter: Reporter | undefined,
    check: (stop: AbortSignal) => Promise<unknown>,
  ) {
    this.proxy = proxy
    this.#logs = logs
    this.#metrics = metrics
    this.#reporter = reporter
    // not awaited here, so that logins are served meanwhile
    this.#checked = check(this.#checking.signal)
  }

  /**
   * @param file Name of the configuration file, for the log.
   * @param report Writes to the log, and to the console if the program has one.
   * @throws {ListenError} if an address can't be used; it is logged.
   */
  static async start(
    config: ProxyConfig,
    file: string,
    logs: ProxyLogs,
    report: StartReport,
    clock: Clock,
  ): Promise<LoggedProxy> {
    const { log, writeEvent } = logs
    report('info', `Countersign Authentication Proxy ${version} starting with ${file}`)
    for (const { name, settings } of effectiveSections(config)) log.info(`[${name}]`, settings)
    const proxy = await startProxy(config, { log, writeEvent, clock })
    for (const { section, address, port } of proxy.listeners) {
      report(
        'info',
        `[${section}] listening on ${address.includes(':') ? `[${address}]` : address}:${port}/udp for ${listClients(config, section)}`,
      )
    }
    const metrics = await openMetrics(proxy, config, report)
    const reporter = startReporter(proxy, config, { log, clock })
    return new LoggedProxy(proxy, logs, metrics, reporter, async (stop) => {
      log.info('Init Complete')
      await checkApis(config, report, { clock, stop })
    })
  }

  /** The logs stay open. */
  async stop(): Promise<void> {
    this.#checking.abort()
    await this.#checked
    this.#metrics?.close()
    await this.#reporter?.stop()
    await this.proxy.stop()
    this.#logs.log.info('stopped')
  }
}

async function startProxy(
  config: ProxyConfig,
  options: Parameters<typeof AuthenticationProxy.start>[1],
): Promise<AuthenticationProxy> {
  try {
    return await AuthenticationProxy.start(config, options)
  } catch (error) {
    if (error instanceof ListenError) options.log.error(error.message)
    throw error
  }
}

/** Warns if the port can't be opened: logins work without metrics. */
async function openMetrics(
  proxy: AuthenticationProxy,
  { main: { metricsPort } }: ProxyConfig,
  report: StartReport,
): Promise<ProxyMetrics | undefined> {
  if (metricsPort === 0) return undefined
  try {
    return await ProxyMetrics.listen(proxy, metricsPort)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    report('warn', `metrics_port ${metricsPort} can't be opened: ${reason}; choose another port`)
    return undefined
  }
}

function startReporter(
  proxy: AuthenticationProxy,
  { main: { sendReports, logDir } }: ProxyConfig,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
): Reporter | undefined {
  if (!sendReports) return undefined
  const process = {
    id: readProxyId(logDir, log),
    host: hostname(),
    version,
    platform: `${platform()} ${arch()}`,
  }
  return new Reporter({ sources: () => proxy.reportSources, process, log, clock })
}

function listClients({ servers }: ProxyConfig, name: string): string {
  const section = servers.find((candidate) => candidate.name === name)
  return (section?.radiusClients ?? []).map(({ addresses }) => addresses).join(', ')
}
