import { resolve } from 'node:path'
import { Command } from 'commander'
import { type ControlOutcome, ProxyControl } from '../ctl/proxy_control.ts'
import {
  type ManagedProxy,
  restart,
  type ServiceOutcome,
  start,
  stop,
} from '../ctl/proxy_service.ts'
import { formatStatus, notRunningLine } from '../ctl/status_text.ts'
import { ownInstallation, runDirFor } from '../host/installation.ts'
import { printable } from '../host/printable.ts'
import { version } from '../host/version.ts'
import { exitOnUsageError } from './usage_error/usage_error.ts'

/** The same for every command; status follows the convention for init scripts. */
const exitStatus = { ok: 0, failed: 1, config: 2, 'not-running': 3, unknown: 4 } as const

const exitHelp = `
Exit status:
  0  done; for status: the proxy is running
  1  failed; the last lines say why
  2  the configuration has errors, and nothing has changed
  3  the proxy is not running (status, reload)
  4  the proxy can't be asked, for example for lack of permission (status, reload)
  64 the call is wrong`

const installation = ownInstallation()

/** EX_USAGE of sysexits.h. */
const usageError = 64

const program = exitOnUsageError(new Command('authproxyctl'), usageError)
  .description('Starts, stops and reloads the authentication proxy, and shows its status.')
  .option('--config <file>', 'configuration file', installation.configFile)
  .version(version)
  .addHelpText('after', exitHelp)
  .showHelpAfterError("(see 'authproxyctl --help')")

const connectivityFlag = [
  '--no-connectivity-check',
  'do not run the connectivity tool first',
] as const

program
  .command('start')
  .description('check the configuration and the connectivity, start the proxy, and wait for it')
  .option(...connectivityFlag)
  .action(async (flags: Flags) => finish(await start(managed(flags))))
program
  .command('stop')
  .description('stop the proxy, and wait for its end')
  .action(async () => finish(await stop(managed({ connectivityCheck: false }))))
program
  .command('restart')
  .description(
    'check the configuration and the ports; if they are good, stop the proxy and start it',
  )
  .option(...connectivityFlag)
  .action(async (flags: Flags) => finish(await restart(managed(flags))))
program
  .command('reload')
  .description('load the configuration again, without losing a sign-in')
  .action(async () => {
    const outcome = await control().reload()
    const isStopped = !outcome.ok && outcome.reason === 'not-running'
    const lines = [`${notRunningLine(configFile())}; start it with: authproxyctl start`]
    finish(isStopped ? { ...outcome, lines } : outcome)
  })
program
  .command('status')
  .description('show whether the proxy is running, and what it has done')
  .option('--json', 'print one JSON object', false)
  .action(async ({ json }: { json: boolean }) => {
    process.exitCode = await showStatus(json)
  })
program
  .command('version')
  .description('print the version')
  .action(() => print(version))
await program.parseAsync()

interface Flags {
  readonly connectivityCheck: boolean
}

function managed({ connectivityCheck }: Flags): ManagedProxy {
  return { installation, configFile: configFile(), print, connectivityCheck }
}

function control(): ProxyControl {
  return new ProxyControl(runDirFor(configFile(), installation))
}

function configFile(): string {
  return resolve(program.opts<{ config: string }>().config)
}

function finish(outcome: ServiceOutcome | ControlOutcome): void {
  const out = outcome.ok ? process.stdout : process.stderr
  for (const line of outcome.lines) out.write(`${printable(line)}\n`)
  process.exitCode = exitStatus[outcome.ok ? 'ok' : outcome.reason]
}

async function showStatus(json: boolean): Promise<number> {
  const found = await control().status()
  if (found.ok) {
    print(json ? toJson({ running: true, ...found.status }) : formatStatus(found.status))
    return exitStatus.ok
  }
  const { reason, lines } = found
  if (json) print(toJson({ running: reason === 'unknown' ? null : false, problems: lines }))
  else if (reason === 'not-running') print(notRunningLine(configFile()))
  else for (const line of lines) process.stderr.write(`${printable(line)}\n`)
  return exitStatus[reason]
}

function toJson(value: object): string {
  return JSON.stringify(value, undefined, 2)
}

function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`)
}
