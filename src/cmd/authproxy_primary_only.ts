import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { confirm } from '@clack/prompts'
import { Command, InvalidArgumentError } from 'commander'
import { type ControlOutcome, ProxyControl } from '../ctl/proxy_control.ts'
import { errorText } from '../host/error_text.ts'
import { ownInstallation, runDirFor } from '../host/installation.ts'
import { printable } from '../host/printable.ts'
import { version } from '../host/version.ts'
import { primaryOnlyFileIn, primaryOnlyMinutes } from '../proxy/primary_only/primary_only.ts'
import { removeWindow } from '../proxy/primary_only/window_file.ts'

interface Options {
  readonly config: string
}

interface StartOptions extends Options {
  readonly y: boolean
  readonly force: boolean
}

const installation = ownInstallation()
const { default: defaultMinutes, max: maxMinutes } = primaryOnlyMinutes
const usageError = 2

const program = new Command('authproxy_primary_only')
  .description(
    'Switches second factors off for a limited time, while the MFA service is down: users sign in with ' +
      'their password alone. Only sections whose client section checks passwords take part; all others ' +
      'reject every sign-in meanwhile. Exit status: 0 if it worked, 1 if not, 2 for a wrong call.',
  )
  .version(version)
  .showHelpAfterError("(see 'authproxy_primary_only --help')")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : usageError))

const configOption = [
  '--config <file>',
  'configuration file of the proxy',
  installation.configFile,
] as const

program
  .command('start')
  .description('start the mode; shows the effect on each section first, and asks for confirmation')
  .argument('[minutes]', `how long, 1 to ${maxMinutes}`, parseMinutes, defaultMinutes)
  .option(...configOption)
  .option('-y', 'do not ask for confirmation', false)
  .option('--force', 'start even if no section checks passwords, so that nobody can sign in', false)
  .action(async (minutes: number, options: StartOptions) => {
    process.exitCode = await start(minutes, options)
  })

program
  .command('stop')
  .description('end the mode: every sign-in needs its second factor again')
  .option(...configOption)
  .action(async (options: Options) => {
    process.exitCode = await stop(options)
  })

program
  .command('status')
  .description(
    'show whether the mode is on, until when, and how many sign-ins were accepted and rejected',
  )
  .option(...configOption)
  .action(async (options: Options) => {
    process.exitCode = report(await ask(options, { action: 'status' }))
  })

await program.parseAsync()

async function start(minutes: number, { config, y, force }: StartOptions): Promise<number> {
  const preview = await ask({ config }, { action: 'preview', force })
  if (!preview.ok) {
    const isRefusal = preview.reason === 'failed'
    const advice = isRefusal ? ['to start anyway, add --force'] : []
    return report({ ...preview, lines: [...preview.lines, ...advice] })
  }
  process.stdout.write(
    `for ${minutes} minute${minutes === 1 ? '' : 's'}:\n${printable(preview.lines.join('\n'))}\n`,
  )
  if (!y) {
    if (!process.stdin.isTTY) {
      process.stderr.write('authproxy_primary_only: no terminal for a confirmation; add -y\n')
      return usageError
    }
    const message = 'Start primary-only mode now?'
    if ((await confirm({ message, output: process.stderr, initialValue: false })) !== true) return 1
  }
  return report(await ask({ config }, { action: 'start', minutes, force }))
}

async function stop({ config }: Options): Promise<number> {
  const outcome = await ask({ config }, { action: 'stop' })
  const file = primaryOnlyFileIn(runDirFor(resolve(config), installation))
  if (outcome.ok || outcome.reason !== 'not-running' || !existsSync(file)) return report(outcome)
  try {
    removeWindow(file)
  } catch (error) {
    const reason = errorText(error)
    process.stderr.write(
      `authproxy_primary_only: the next start of the proxy may turn the mode on again: ${reason}; remove the file\n`,
    )
    return 1
  }
  process.stdout.write(
    'the proxy is not running; at its next start, every sign-in needs its second factor\n',
  )
  return 0
}

function ask(
  { config }: Options,
  request: { readonly action: string; readonly [argument: string]: unknown },
): Promise<ControlOutcome> {
  const control = new ProxyControl(runDirFor(resolve(config), installation))
  return control.ask({ command: 'primary_only', ...request })
}

function report({ ok, lines }: ControlOutcome): number {
  if (ok) process.stdout.write(`${printable(lines.join('\n'))}\n`)
  else
    for (const line of lines) process.stderr.write(`authproxy_primary_only: ${printable(line)}\n`)
  return ok ? 0 : 1
}

function parseMinutes(text: string): number {
  const minutes = Number(text)
  if (!/^\d+$/.test(text) || minutes < 1 || minutes > maxMinutes) {
    throw new InvalidArgumentError(`expected an integer from 1 to ${maxMinutes}`)
  }
  return minutes
}
