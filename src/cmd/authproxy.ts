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
    'The authentication proxy, in the foreground: RADIUS in, the second factor over HTTPS.',
  )
  .option('--config <file>', 'the configuration', installedConfig)
  .option(
    '--check',
    'check the configuration, ask the service once, and exit: 0 if all is well, 1 if the service does not answer or refuses the keys, 2 for errors in the configuration',
    false,
  )
  .version(version)
  .showHelpAfterError("(see 'authproxy --help')")
  .action(async ({ config, check }: { config: string; check: boolean }) => {
    process.exitCode = check ? await runCheck(config) : await run(config)
  })
  .parseAsync()

/** @returns Exit status: 2 for a configuration with errors, 1 if the proxy can't start. */
async function run(file: string): Promise<number> {
  const config = read(file)
  if (config === undefined) return configError
  const logs = openLogs(config)
  if (logs === undefined) return 1
  const { log, writeEvent } = logs
  const say = sayer(config, log)
  say('info', `Countersign Authentication Proxy ${version} starting with ${file}`)
  for (const { name, settings } of effectiveSections(config)) log.info(`[${name}]`, settings)
  // registered first, so that a signal sent right after 'Init Complete' is not lost
  const stopped = untilStopped()
  try {
    const proxy = await AuthenticationProxy.start(config, { log, writeEvent, clock: systemClock })
    for (const { section, address, port } of proxy.listeners) {
      say(
        'info',
        `[${section}] listening on ${address.includes(':') ? `[${address}]` : address}:${port}/udp for ${listClients(config, section)}`,
      )
    }
    const metrics = await openMetrics(proxy, config, say)
    // a signal, because only the owner of the process can send one; an attacker could send a request
    process.on('SIGUSR2', () => proxy.clearLatches())
    log.info('Init Complete')
    const checking = new AbortController()
    // not awaited here: sign-ins are served meanwhile
    const said = sayFindings(config, say, checking.signal)
    await stopped
    checking.abort()
    await said
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

/** A port that can't be opened is no reason to leave sign-ins without a proxy. */
async function openMetrics(
  proxy: AuthenticationProxy,
  { main: { metricsPort } }: ProxyConfig,
  say: Say,
): Promise<ProxyMetrics | undefined> {
  if (metricsPort === 0) return undefined
  try {
    return await ProxyMetrics.listen(proxy, metricsPort)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    say('warn', `metrics_port ${metricsPort} can't be opened: ${reason}; choose another port`)
    return undefined
  }
}

/** @returns Exit status: 0 if every section can use its API, 1 if not, 2 for a configuration with errors. */
async function runCheck(file: string): Promise<number> {
  const config = read(file)
  if (config === undefined) return configError
  process.stdout.write(`${file} has no errors\n`)
  const say: Say = (_level, text) => process.stdout.write(`${text}\n`)
  const usable = await sayFindings(config, say, new AbortController().signal)
  return usable ? 0 : 1
}

type Say = (level: 'info' | 'warn', text: string) => void

/** Writes a line to the log and to the console, but only once where the log goes to the console. */
function sayer({ main }: ProxyConfig, log: Log): Say {
  return (level, text) => {
    log[level](text)
    if (!main.logStdout) process.stdout.write(`${text}\n`)
  }
}

/** @returns Whether the API of every section is usable. */
async function sayFindings(
  { servers }: ProxyConfig,
  say: Say,
  stop: AbortSignal,
): Promise<boolean> {
  const findings = await Promise.all(
    servers.map(async (section) => {
      const { usable, text } = await checkApi(section, { clock: systemClock, stop })
      if (stop.aborted) return usable
      const then =
        section.failmode === 'safe'
          ? 'lets users in without a second factor'
          : 'rejects every sign-in'
      const effect = usable ? '' : `; until then failmode=${section.failmode} ${then}`
      say(usable ? 'info' : 'warn', `[${section.name}] ${text}${effect}`)
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
