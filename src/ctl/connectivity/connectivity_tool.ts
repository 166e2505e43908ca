import { readFileSync } from 'node:fs'
import type { Account } from '../../host/account.ts'
import { type Clock, systemClock } from '../../host/clock.ts'
import { errorText } from '../../host/error_text.ts'
import { mainSection } from '../../proxy/sections/main_section.ts'
import { findLogFolder } from '../../proxy/sections/read_proxy_config.ts'
import { ApiChecks } from './api_check.ts'
import { runConfigurationPass } from './configuration_pass.ts'
import type { ConnectivityEvent } from './connectivity_event.ts'
import { runConnectivityPass } from './connectivity_pass.ts'
import { findFilePermissions } from './file_permissions.ts'
import { findServiceUser } from './service_user.ts'
import { readToolConfig, type ToolConfig } from './tool_config.ts'

export { type ConnectivityEvent, formatEvent, openingLine } from './connectivity_event.ts'

const defaultTimeoutMs = 10_000

export interface ConnectivityToolOptions {
  /** Path of the configuration; relative paths in it start there. */
  readonly file: string
  /** Its content, as an editor has it; by default the file is read. */
  readonly text?: string | undefined
  /** Whether the connectivity pass follows the configuration pass. */
  readonly explicitConnectivityCheck: boolean
  /** Ends the run early, without a summary. */
  readonly signal?: AbortSignal | undefined
  /** Process of the running proxy, whose open ports are no problem. */
  readonly proxyPid?: number | undefined
  /** The user that runs the proxy, if the installation says so; otherwise the tool finds it out. */
  readonly serviceUser?: Account | undefined
  readonly clock?: Clock
  /** Limit of each step, such as one connection; 10 s by default. */
  readonly timeoutMs?: number
}

/**
 * Checks a configuration, and whether everything that it names can be reached: first the configuration
 * of every section, then the connectivity of every section, both in the order of the file. After an
 * error in the configuration, connectivity is not checked.
 *
 * Sections that the proxy does not serve yet are an error of the configuration; their connectivity is
 * checked anyway.
 */
export async function* runConnectivityTool(
  options: ConnectivityToolOptions,
): AsyncGenerator<ConnectivityEvent> {
  let errors = 0
  let warnings = 0
  for await (const event of runPasses(options)) {
    if (options.signal?.aborted) return
    if (event.kind === 'finding' && event.severity === 'error') errors++
    if (event.kind === 'finding' && event.severity === 'warn') warnings++
    yield event
  }
  yield { kind: 'summary', errors, warnings }
}

async function* runPasses({
  file,
  text,
  explicitConnectivityCheck,
  signal = new AbortController().signal,
  proxyPid,
  serviceUser,
  clock = systemClock,
  timeoutMs = defaultTimeoutMs,
}: ConnectivityToolOptions): AsyncGenerator<ConnectivityEvent> {
  const content = text ?? readText(file)
  if (typeof content !== 'string') {
    yield { kind: 'finding', pass: 'configuration', section: '', ...content }
    return
  }
  const tool = readToolConfig(content, file)
  const { config } = tool
  const logDir = toLogDir(tool)
  const user = serviceUser ?? findServiceUser(proxyPid, logDir)
  const filePermissions = findFilePermissions({ configFile: file, logDir }, user)
  yield* runConfigurationPass(tool, { filePermissions, now: clock.now() })
  if (!explicitConnectivityCheck || config === undefined || !tool.isUsable) return
  const probe = { clock, signal, timeoutMs }
  yield* runConnectivityPass({ tool, config, probe, apis: new ApiChecks(probe), proxyPid })
}

function readText(file: string): string | { severity: 'error'; message: string; remedy: string } {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = errorText(error)
    return {
      severity: 'error',
      message: `the configuration can't be read: ${reason}`,
      remedy: 'name it with --config',
    }
  }
}

/** The folder of the proxy's logs; its default if the configuration can't be read. */
export function findLogDir(file: string): string {
  const content = readText(file)
  return toLogDir(readToolConfig(typeof content === 'string' ? content : '', file))
}

function toLogDir({ config, file }: ToolConfig): string {
  const logDir = config?.only(mainSection).get('log_dir') ?? mainSection.options.log_dir.default
  return findLogFolder(file, logDir)
}
