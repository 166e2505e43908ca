import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import {
  type ConnectivityEvent,
  findLogDir,
  formatEvent,
  openingLine,
  runConnectivityTool,
} from '../ctl/connectivity/connectivity_tool.ts'
import { writeToolLog } from '../ctl/connectivity/tool_log.ts'
import { findServiceAccount } from '../host/account.ts'
import { errorText } from '../host/error_text.ts'
import { ownInstallation, pidFileIn, readPidFile, runDirFor } from '../host/installation.ts'
import { printable } from '../host/printable.ts'
import { version } from '../host/version.ts'
import { exitOnUsageError } from './usage_error/usage_error.ts'

interface Options {
  readonly config: string
  readonly explicitConnectivityCheck: boolean
  readonly json: boolean
}

const installation = ownInstallation()
const exitStatus = { ok: 0, warnings: 1, errors: 2 } as const

await exitOnUsageError(new Command('authproxy_connectivity_tool'), exitStatus.errors)
  .description(
    'Checks authproxy.cfg, then whether everything that it names can be reached: the API of each section, ' +
      'upstream LDAP and RADIUS servers, and the ports to listen on. Exit status: 0 if no issues were ' +
      'detected, 1 for warnings only, 2 for errors, also in the call.',
  )
  .option('--config <file>', 'configuration file', installation.configFile)
  .option('--no-explicit-connectivity-check', 'check the configuration only')
  .option('--json', 'print one JSON object per line, as docs/connectivity-tool.md describes', false)
  .version(version)
  .showHelpAfterError("(see 'authproxy_connectivity_tool --help')")
  .action(async (options: Options) => {
    process.exitCode = await run(options)
  })
  .parseAsync()

async function run({ config, explicitConnectivityCheck, json }: Options): Promise<number> {
  const file = resolve(config)
  const lines: string[] = [openingLine]
  const print = (line: string): void => void process.stdout.write(`${printable(line)}\n`)
  if (!json) print(openingLine)
  let status: number = exitStatus.errors
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  for await (const event of runConnectivityTool({
    file,
    explicitConnectivityCheck,
    signal: stop.signal,
    serviceUser: findServiceAccount(installation.serviceUser),
    proxyPid: readPidFile(pidFileIn(runDirFor(file, installation))),
  })) {
    const text = formatEvent(event)
    lines.push(text)
    print(json ? JSON.stringify(event) : text)
    if (event.kind === 'summary') status = toExitStatus(event)
  }
  const logged = writeLog(lines, file)
  if (logged !== undefined && !json) print(`\nThe results have also been logged in ${logged}`)
  return status
}

function toExitStatus({ errors, warnings }: ConnectivityEvent & { kind: 'summary' }): number {
  if (errors > 0) return exitStatus.errors
  return warnings > 0 ? exitStatus.warnings : exitStatus.ok
}

/** @returns Path of the log; `undefined` if it can't be written, which is printed. */
function writeLog(lines: readonly string[], configFile: string): string | undefined {
  // with a mistyped path, there is no installation to log in
  if (!existsSync(configFile)) return undefined
  const logDir = findLogDir(configFile)
  try {
    return writeToolLog(lines, { logDir, configFile })
  } catch (error) {
    const reason = errorText(error)
    process.stderr.write(
      `authproxy_connectivity_tool: the results can't be logged in ${logDir}: ${reason}\n`,
    )
    return undefined
  }
}
