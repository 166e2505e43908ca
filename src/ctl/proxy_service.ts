import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { formatProblem } from '../config/problem.ts'
import { errorText } from '../host/error_text.ts'
import { type Installation, runDirFor } from '../host/installation.ts'
import type { ProxyStatus } from '../proxy/control/proxy_status.ts'
import type { ProxyConfig } from '../proxy/sections/proxy_config.ts'
import { readProxyConfigFile } from '../proxy/sections/read_proxy_config.ts'
import { showConnectivity } from './connectivity_at_start.ts'
import { Daemon } from './daemon.ts'
import { probeListener } from './listener_probe.ts'
import { ProxyControl } from './proxy_control.ts'
import { findProxyProcess, isAlive, isProxyProcess } from './proxy_process.ts'
import { ServiceUnit } from './service_unit.ts'
import { notRunningLine, runningLine } from './status_text.ts'
import { findTakenPorts } from './taken_ports.ts'

/** The proxy that is started and stopped. */
export interface ManagedProxy {
  readonly installation: Installation
  readonly configFile: string
  /** Receives each line of progress, such as those of the connectivity tool. */
  readonly print: (line: string) => void
  /** Whether `start` runs the connectivity tool first; its findings never prevent a start. */
  readonly connectivityCheck: boolean
}

export type ServiceOutcome =
  | {
      readonly ok: true
      readonly state: 'running' | 'stopped'
      /** `false` if it was in this state already. */
      readonly changed: boolean
      readonly lines: readonly string[]
    }
  | ServiceFailure

export interface ServiceFailure {
  readonly ok: false
  /** `config`: the file has errors; nothing was started or stopped. */
  readonly reason: 'config' | 'failed'
  /** What happened and what to do. */
  readonly lines: readonly string[]
}

const readyLimitMs = 60_000
/** Longer than the proxy waits for its pending logins. */
const endLimitMs = 30_000
const pollMs = 50

/** Starts the proxy, and waits until every listener answers. */
export async function start(proxy: ManagedProxy): Promise<ServiceOutcome> {
  const checked = check(proxy, 'start')
  if ('reason' in checked) return checked
  const running = await findRunning(proxy)
  if (running !== undefined) return running
  if (proxy.connectivityCheck) await showConnectivity(proxy)
  return launch(proxy, checked, 'start')
}

/** Stops the proxy, and waits until it is gone. */
export async function stop(proxy: ManagedProxy): Promise<ServiceOutcome> {
  const unit = ServiceUnit.find(proxy.configFile, proxy.installation)
  const control = controlOf(proxy)
  const found = await control.status()
  const pid = found.ok ? found.status.pid : findProxyProcess(proxy.configFile, proxy.installation)
  if (unit !== undefined) {
    const { ok, lines } = unit.run('stop')
    if (!ok) return failed(...lines)
  }
  if (pid === undefined) {
    return !found.ok && found.reason === 'unknown'
      ? failed(...found.lines)
      : { ok: true, state: 'stopped', changed: false, lines: [notRunningLine(proxy.configFile)] }
  }
  // also under a unit: somebody may have started this proxy without it
  if (isAlive(pid) && !(await control.stop()).ok && !signal(pid, 'SIGTERM', proxy)) {
    return refusal(pid, proxy)
  }
  const wasKilled = !(await hasEnded(pid))
  if (wasKilled) {
    // checked again, since the number may belong to another program by now
    if (!signal(pid, 'SIGKILL', proxy)) return refusal(pid, proxy)
    if (!(await hasEnded(pid))) return failed(`process ${pid} can't be ended`)
  }
  const how = wasKilled
    ? `was killed, because it did not end in ${endLimitMs / 1000} s`
    : 'has stopped'
  const line = `Countersign Authentication Proxy (pid ${pid}) ${how}`
  return { ok: true, state: 'stopped', changed: true, lines: [line] }
}

/** Checks the configuration and its ports, stops the proxy if it runs, and starts it. */
export async function restart(proxy: ManagedProxy): Promise<ServiceOutcome> {
  const checked = check(proxy, 'restart')
  if ('reason' in checked) return checked
  const found = await controlOf(proxy).status()
  const running = found.ok ? found.status : undefined
  if (proxy.connectivityCheck) {
    await showConnectivity(proxy, running?.pid)
  }
  if (running !== undefined) {
    const taken = await findTakenPorts(checked, running)
    if (taken.length > 0) {
      const line = 'the proxy was not restarted, and keeps running with its configuration'
      return failed(...taken, line)
    }
  }
  const unit = ServiceUnit.find(proxy.configFile, proxy.installation)
  if (unit !== undefined) return launch(proxy, checked, 'restart')
  const stopped = await stop(proxy)
  if (!stopped.ok) return stopped
  for (const line of stopped.lines) proxy.print(line)
  return launch(proxy, checked, 'start')
}

/** Reads the configuration; prints its warnings. */
function check(
  { configFile, print }: ManagedProxy,
  verb: 'start' | 'restart',
): ProxyConfig | ServiceFailure {
  const nothing = verb === 'start' ? 'the proxy was not started' : 'the proxy was not restarted'
  try {
    const { config, problems } = readProxyConfigFile(configFile)
    const lines = problems.map(formatProblem)
    if (config === undefined) {
      const line = `${configFile} has errors; ${nothing}`
      return { ok: false, reason: 'config', lines: [...lines, line] }
    }
    for (const line of lines) print(line)
    return config
  } catch (error) {
    const line = `the configuration can't be read: ${errorText(error)}; ${nothing}; name the file with --config`
    return { ok: false, reason: 'config', lines: [line] }
  }
}

/** @returns The outcome if a proxy is running already, or may be; `undefined` if none is. */
async function findRunning(proxy: ManagedProxy): Promise<ServiceOutcome | undefined> {
  const found = await controlOf(proxy).status()
  if (found.ok) {
    const line = `${runningLine(found.status)}; it was not started again`
    return { ok: true, state: 'running', changed: false, lines: [line] }
  }
  if (found.reason === 'unknown') return failed(...found.lines)
  const pid = findProxyProcess(proxy.configFile, proxy.installation)
  if (pid === undefined) return undefined
  return failed(`process ${pid} runs with this configuration, but does not answer; stop it first`)
}

async function launch(
  proxy: ManagedProxy,
  config: ProxyConfig,
  verb: 'start' | 'restart',
): Promise<ServiceOutcome> {
  const { configFile, installation } = proxy
  const unit = ServiceUnit.find(configFile, installation)
  let daemon: Daemon | undefined
  if (unit === undefined) {
    try {
      daemon = Daemon.spawn(resolve(configFile), config.main.logDir, installation)
    } catch (error) {
      return failed(`the proxy can't be started: ${errorText(error)}`)
    }
  } else {
    const { ok, lines } = unit.run(verb)
    if (!ok) return failed(...lines)
  }
  const status = await untilReady(controlOf(proxy), daemon)
  if (status === undefined) return describeFailure(daemon)
  const problems = await Promise.all(config.servers.map(probeListener))
  const found = problems.filter((problem) => problem !== undefined)
  if (found.length > 0) return failed(...found)
  const lines = status.sections.map(
    ({ name, address, port, protocol }) => `[${name}] ${protocol}, ${address} port ${port}`,
  )
  return { ok: true, state: 'running', changed: true, lines: [runningLine(status), ...lines] }
}

/** @param daemon Must be the process that answers, and must not end. */
async function untilReady(
  control: ProxyControl,
  daemon: Daemon | undefined,
): Promise<ProxyStatus | undefined> {
  const end = performance.now() + readyLimitMs
  while (performance.now() < end && daemon?.failure === undefined) {
    const found = await control.status()
    if (
      found.ok &&
      (daemon === undefined || found.status.pid === daemon.pid) &&
      found.status.sections.every(({ listening }) => listening)
    ) {
      return found.status
    }
    await delay(pollMs)
  }
  return undefined
}

function describeFailure(daemon: Daemon | undefined): ServiceOutcome {
  if (daemon === undefined) return failed(`the proxy is not ready after ${readyLimitMs / 1000} s`)
  const { failure } = daemon
  if (failure !== undefined) return failed(...daemon.errorLines, failure)
  daemon.kill()
  return failed(
    ...daemon.errorLines,
    `the proxy was not ready after ${readyLimitMs / 1000} s, and was stopped; see its log`,
  )
}

async function hasEnded(pid: number): Promise<boolean> {
  const end = performance.now() + endLimitMs
  while (isAlive(pid)) {
    if (performance.now() >= end) return false
    await delay(pollMs)
  }
  return true
}

/** @returns `false` if the process is alive and not this proxy; it gets no signal then. */
function signal(
  pid: number,
  name: NodeJS.Signals,
  { configFile, installation }: ManagedProxy,
): boolean {
  if (!isProxyProcess(pid, configFile, installation)) return !isAlive(pid)
  try {
    process.kill(pid, name)
  } catch {
    // it has ended meanwhile, or belongs to another user; the caller waits for its end
  }
  return true
}

function refusal(pid: number, { configFile, installation }: ManagedProxy): ServiceFailure {
  const runDir = runDirFor(configFile, installation)
  return failed(
    `process ${pid} has not ended, and was sent no signal: ${runDir} names it as the proxy, but it is not a proxy ` +
      `with ${resolve(configFile)} of the account that runs the proxy; find out what it is: ps -fp ${pid}`,
  )
}

function controlOf({ configFile, installation }: ManagedProxy): ProxyControl {
  return new ProxyControl(runDirFor(configFile, installation))
}

function failed(...lines: readonly string[]): ServiceFailure {
  return { ok: false, reason: 'failed', lines }
}
