import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { formatProblem } from '../config/problem.ts'
import { systemClock } from '../host/clock.ts'
import type { Log } from '../host/log.ts'
import { untilStopped } from '../host/signals.ts'
import { version } from '../host/version.ts'
import { ListenError } from '../proxy/listen_error.ts'
import { ProxyMetrics } from '../proxy/metrics/proxy_metrics.ts'
import { AuthenticationProxy } from '../proxy/proxy.ts'
import { openProxyLogs, type ProxyLogs } from '../proxy/proxy_logs.ts'
import { effectiveSections } from '../proxy/sections/effective.ts'
import type { ProxyConfig } from '../proxy/sections/proxy_config.ts'
import { readProxyConfig } from '../proxy/sections/read_proxy_config.ts'
import { checkApi } from '../proxy/startup_check.ts'

const installedConfig = join(import.meta.dirname, '../../conf/authproxy.cfg')
const configError = 2

await new Command('authproxy')
  .description(
    'Runs the authentication proxy in the foreground: RADIUS from appliances, HTTPS to the MFA service.',
  )
  .option('--config <file>', 'configuration file', installedConfig)
  .option(
    '--check',
    'check the configuration and the connection to the service, then exit: 0 if both work, 1 if the service does not answer or refuses the keys, 2 for errors in the configuration',
    false,
  )
  .version(version)
  .showHelpAfterError("(see 'authproxy --help')")
  .action(async ({ config, check }: { config: string; check: boolean }) => {
    process.exitCode = check ? await runCheck(config) : await run(config)
  })
  .parseAsync()

/** @returns Exit status: 0 after a signal, 1 if the proxy can't start, 2 for a configuration with errors. */
async function run(file: string): Promise<number> {
  const config = read(file)
  if (config === undefined) return configError
  const logs = openLogs(config)
  if (logs === undefined) return 1
  const { log, writeEvent } = logs
  const report = createReport(config, log)
  report('info', `Countersign Authentication Proxy ${version} starting with ${file}`)
  for (const { name, settings } of effectiveSections(config)) log.info(`[${name}]`, settings)
  // registered first, so that a signal right after 'Init Complete' is not lost
  const stopped = untilStopped()
  try {
    const proxy = await AuthenticationProxy.start(config, { log, writeEvent, clock: systemClock })
    for (const { section, address, port } of proxy.listeners) {
      report(
        'info',
        `[${section}] listening on ${address.includes(':') ? `[${address}]` : address}:${port}/udp for ${listClients(config, section)}`,
      )
    }
    const metrics = await openMetrics(proxy, config, report)
    // only the owner of the process can send a signal
    process.on('SIGUSR2', () => proxy.clearLatches())
    log.info('Init Complete')
    const checking = new AbortController()
    // not awaited here, so that logins are served meanwhile
    const checked = reportApiChecks(config, report, checking.signal)
    await stopped
    checking.abort()
    await checked
    metrics?.close()
    await proxy.stop()
    log.info('stopped')
    return 0
  } catch (error) {
    if (!(error instanceof ListenError)) throw error
    log.error(error.message)
    process.stderr.write(`authproxy: ${error.message}\n`)
    return 1
  } finally {
    await logs.close()
  }
}

/** Warns if the port can't be opened: logins work without metrics. */
async function openMetrics(
  proxy: AuthenticationProxy,
  { main: { metricsPort } }: ProxyConfig,
  report: Report,
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

/** @returns Exit status: 0 if every section can use its API, 1 if not, 2 for a configuration with errors. */
async function runCheck(file: string): Promise<number> {
  const config = read(file)
  if (config === undefined) return configError
  process.stdout.write(`${file} has no errors\n`)
  const print: Report = (_level, text) => process.stdout.write(`${text}\n`)
  const usable = await reportApiChecks(config, print, new AbortController().signal)
  return usable ? 0 : 1
}

type Report = (level: 'info' | 'warn', text: string) => void

/** Writes lines to the log and to the console, but not twice if the log goes to the console. */
function createReport({ main }: ProxyConfig, log: Log): Report {
  return (level, text) => {
    log[level](text)
    if (!main.logStdout) process.stdout.write(`${text}\n`)
  }
}

/** @returns Whether the API of every section is usable. */
async function reportApiChecks(
  { servers }: ProxyConfig,
  report: Report,
  stop: AbortSignal,
): Promise<boolean> {
  const findings = await Promise.all(
    servers.map(async (section) => {
      const { usable, text } = await checkApi(section, { clock: systemClock, stop })
      if (stop.aborted) return usable
      const consequence =
        section.failmode === 'safe'
          ? 'accepts users without a second factor'
          : 'rejects every sign-in'
      const effect = usable ? '' : `; until then failmode=${section.failmode} ${consequence}`
      report(usable ? 'info' : 'warn', `[${section.name}] ${text}${effect}`)
      return usable
    }),
  )
  return findings.every((usable) => usable)
}

function listClients({ servers }: ProxyConfig, name: string): string {
  const section = servers.find((candidate) => candidate.name === name)
  return (section?.radiusClients ?? []).map(({ addresses }) => addresses).join(', ')
}

function read(file: string): ProxyConfig | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `authproxy: the configuration can't be read: ${reason}; name it with --config\n`,
    )
    return undefined
  }
  const { config, problems } = readProxyConfig(text, file)
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
  return config
}

function openLogs(config: ProxyConfig): ProxyLogs | undefined {
  try {
    return openProxyLogs(config, systemClock)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `authproxy: log_dir ${config.main.logDir} can't be written to: ${reason}\n`,
    )
    return undefined
  }
}
