import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { formatProblem } from '../config/problem.ts'
import { systemClock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import { ownInstallation, runDirFor } from '../host/installation.ts'
import type { Log } from '../host/log.ts'
import { printable } from '../host/printable.ts'
import { ServiceManager } from '../host/service_manager.ts'
import { onHangup, untilStopped } from '../host/signals.ts'
import { version } from '../host/version.ts'
import type { ControlAnswer } from '../proxy/control/control_protocol.ts'
import { type ControlHandlers, ControlServer } from '../proxy/control/control_server.ts'
import { hasRunningProxy } from '../proxy/control/run_folder.ts'
import { ListenError } from '../proxy/listen_error.ts'
import { LoggedProxy, type StartServing } from '../proxy/logged_proxy.ts'
import { PrimaryOnly, primaryOnlyFileIn } from '../proxy/primary_only/primary_only.ts'
import { answerPrimaryOnly } from '../proxy/primary_only/primary_only_command.ts'
import { ProxyLogs } from '../proxy/proxy_logs.ts'
import type { ProxyConfig } from '../proxy/sections/proxy_config.ts'
import { readProxyConfig } from '../proxy/sections/read_proxy_config.ts'
import { checkApis, type StartReport } from '../proxy/startup_check.ts'
import { runWorker } from '../proxy/workers/run_worker.ts'
import { chooseWorkerCount } from '../proxy/workers/worker_count.ts'
import { WorkerProxy } from '../proxy/workers/worker_proxy.ts'

const installation = ownInstallation()
const configError = 2

interface Options {
  readonly config: string
  readonly check: boolean
  readonly stopOnStdinEnd: boolean
}

/** The argument with which the proxy starts its workers; not for administrators. */
const workerArgument = '--worker'

if (process.argv[2] === workerArgument) {
  // the proxy decides when its workers end; a terminal and systemd send signals to all of them
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const) {
    process.on(signal, () => {})
  }
  runWorker(process, systemClock, () => process.exit())
} else await runCommand()

async function runCommand(): Promise<void> {
  await new Command('authproxy')
    .description(
      'Runs the authentication proxy in the foreground: RADIUS from appliances, HTTPS to the MFA service. SIGHUP, and authproxyctl reload, load the configuration again.',
    )
    .option('--config <file>', 'configuration file', installation.configFile)
    .option(
      '--check',
      'check the configuration and the connection to the service, then exit: 0 if both work, 1 if the service does not answer or refuses the keys, 2 for errors in the configuration',
      false,
    )
    .option(
      '--stop-on-stdin-end',
      'stop at the end of standard input; for a service wrapper',
      false,
    )
    .version(version)
    .showHelpAfterError("(see 'authproxy --help')")
    .action(async ({ config, check, stopOnStdinEnd }: Options) => {
      process.exitCode = check ? await runCheck(config) : await run(config, stopOnStdinEnd)
    })
    .parseAsync()
}

/** @returns Exit status: 0 after a signal, 1 if the proxy can't start, 2 for a configuration with errors. */
async function run(file: string, onStdinEnd: boolean): Promise<number> {
  const config = read(file)
  if (config === undefined) return configError
  const runDir = runDirFor(file, installation)
  if (await hasRunningProxy(runDir)) {
    process.stderr.write(
      `authproxy: a proxy already runs with ${file}; see 'authproxyctl status', and stop it first\n`,
    )
    return 1
  }
  const logs = openLogs(config)
  if (logs === undefined) return 1
  // registered first, so that a signal right after 'Init Complete' is not lost, and an early SIGHUP ends nothing
  onHangup(() => {})
  const stopped = untilStopped({ onStdinEnd })
  try {
    const report = createReport(config, logs.log)
    const primaryOnly = new PrimaryOnly(primaryOnlyFileIn(runDir), {
      clock: systemClock,
      log: logs.log,
    })
    const startServing = chooseServing(config, logs, primaryOnly)
    const options = {
      file: resolve(file),
      logs,
      report,
      clock: systemClock,
      primaryOnly,
      serve: startServing,
    }
    const running = await LoggedProxy.start(config, options)
    const checking = new AbortController()
    const checked = checkConnectivity(config, logs.log, checking.signal)
    await serve(running, primaryOnly, runDir, logs.log, stopped)
    checking.abort()
    await checked
    return 0
  } catch (error) {
    if (!(error instanceof ListenError)) throw error
    process.stderr.write(`authproxy: ${printable(error.message)}\n`)
    return 1
  } finally {
    await logs.close()
  }
}

/** In this process, or in as many workers as the configuration says. */
function chooseServing(
  config: ProxyConfig,
  logs: ProxyLogs,
  primaryOnly: PrimaryOnly,
): StartServing | undefined {
  const machine = { platform: process.platform, cores: availableParallelism() }
  const { count, reason } = chooseWorkerCount(config, machine)
  if (reason !== undefined) {
    logs.log.info(`workers = ${config.main.workers} is not used: ${reason}`)
  }
  if (count === 1) return undefined
  const program = import.meta.filename
  const options = { count, program, args: [workerArgument], logs, primaryOnly }
  return (serving, host) => WorkerProxy.start(serving, host, options)
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

/** Answers signals, `authproxyctl` and systemd until the program is asked to end. */
async function serve(
  running: LoggedProxy,
  primaryOnly: PrimaryOnly,
  runDir: string,
  log: Log,
  stopped: Promise<unknown>,
): Promise<void> {
  const manager = new ServiceManager(process.env, (message) => log.warn(message))
  const stopRequest = Promise.withResolvers<void>()
  const reload = async (): Promise<ControlAnswer> => {
    void manager.reloading()
    const answer = await running.reload()
    void manager.ready(listenersOf(running))
    return answer
  }
  const control = await openControl(runDir, log, {
    status: async () => ({ ok: true, lines: [], status: await running.readStatus() }),
    reload,
    stop: async () => {
      // the answer is sent first
      setImmediate(stopRequest.resolve)
      return { ok: true, lines: ['stopping'] }
    },
    primary_only: async (request) => {
      const { proxy } = running
      // the counts must include those of the workers, and a change must reach them at once
      await proxy.refresh()
      const answer = answerPrimaryOnly(request, primaryOnly, proxy.primaryOnlyEffects)
      await proxy.refresh()
      return answer
    },
  })
  // only the owner of the process can send a signal
  process.on('SIGUSR2', () => running.proxy.clearLatches())
  onHangup(() => void reload())
  void manager.ready(listenersOf(running))
  manager.watch(() => running.proxy.sections.every(({ isListening }) => isListening))
  await Promise.race([stopped, stopRequest.promise])
  void manager.stopping()
  await running.stop()
  primaryOnly.close()
  control?.close()
}

/** A proxy without a control socket works, so a folder that can't be written to is no reason to stop. */
async function openControl(
  runDir: string,
  log: Log,
  handlers: ControlHandlers,
): Promise<ControlServer | undefined> {
  try {
    return await ControlServer.listen(runDir, handlers, log)
  } catch (error) {
    const reason = errorText(error)
    log.warn(`authproxyctl can't reach this proxy: ${runDir} can't be used: ${reason}`)
    return undefined
  }
}

function listenersOf({ proxy }: LoggedProxy): string {
  const places = proxy.sections.map(({ section, port }) => `[${section.name}] on port ${port}`)
  return `listening: ${places.join(', ')}`
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
    const reason = errorText(error)
    process.stderr.write(
      `authproxy: the configuration can't be read: ${reason}; name it with --config\n`,
    )
    return undefined
  }
  const { config, problems } = readProxyConfig(text, file)
  for (const problem of problems) process.stderr.write(`${printable(formatProblem(problem))}\n`)
  return config
}

function openLogs(config: ProxyConfig): ProxyLogs | undefined {
  try {
    return new ProxyLogs(config, systemClock)
  } catch (error) {
    const reason = errorText(error)
    process.stderr.write(
      `authproxy: log_dir ${config.main.logDir} can't be written to: ${reason}\n`,
    )
    return undefined
  }
}
