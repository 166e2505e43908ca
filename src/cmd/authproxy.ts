import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { formatProblem } from '../config/problem.ts'
import { systemClock } from '../host/clock.ts'
import type { Log } from '../host/log.ts'
import { untilStopped } from '../host/signals.ts'
import { version } from '../host/version.ts'
import { ListenError } from '../proxy/listen_error.ts'
import { LoggedProxy } from '../proxy/logged_proxy.ts'
import { openProxyLogs, type ProxyLogs } from '../proxy/proxy_logs.ts'
import type { ProxyConfig } from '../proxy/sections/proxy_config.ts'
import { readProxyConfig } from '../proxy/sections/read_proxy_config.ts'
import { checkApis, type StartReport } from '../proxy/startup_check.ts'

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
  // registered first, so that a signal right after 'Init Complete' is not lost
  const stopped = untilStopped()
  try {
    const report = createReport(config, logs.log)
    const running = await LoggedProxy.start(config, file, logs, report, systemClock)
    // only the owner of the process can send a signal
    process.on('SIGUSR2', () => running.proxy.clearLatches())
    const checking = new AbortController()
    const checked = checkConnectivity(config, logs.log, checking.signal)
    await stopped
    checking.abort()
    await Promise.all([running.stop(), checked])
    return 0
  } catch (error) {
    if (!(error instanceof ListenError)) throw error
    process.stderr.write(`authproxy: ${error.message}\n`)
    return 1
  } finally {
    await logs.close()
  }
}

/** In the background, so that logins are served meanwhile. */
async function checkConnectivity(
  config: ProxyConfig,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  if (!config.main.testConnectivityOnStartup) return
  // loaded only where it is used: it takes a tenth of a second
  const { logConnectivity } = await import('../ctl/connectivity/startup_connectivity.ts')
  await logConnectivity(config, log, signal)
}

/** @returns Exit status: 0 if every section can use its API, 1 if not, 2 for a configuration with errors. */
async function runCheck(file: string): Promise<number> {
  const config = read(file)
  if (config === undefined) return configError
  process.stdout.write(`${file} has no errors\n`)
  const print: StartReport = (_level, text) => process.stdout.write(`${text}\n`)
  const usable = await checkApis(config, print, {
    clock: systemClock,
    stop: new AbortController().signal,
  })
  return usable ? 0 : 1
}

/** Writes lines to the log and to the console, but not twice if the log goes to the console. */
function createReport({ main }: ProxyConfig, log: Log): StartReport {
  return (level, text) => {
    log[level](text)
    if (!main.logStdout) process.stdout.write(`${text}\n`)
  }
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
