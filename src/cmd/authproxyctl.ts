import { Command } from 'commander'
import { ProxyControl } from '../ctl/proxy_control.ts'
import {
  type ManagedProxy,
  restart,
  type ServiceOutcome,
  start,
  stop,
} from '../ctl/proxy_service.ts'
import { readInstallation, runDirFor } from '../host/installation.ts'
import { version } from '../host/version.ts'

const installation = readInstallation()

const program = new Command('authproxyctl')
  .description('Starts, stops and asks the authentication proxy.')
  .option('--config <file>', 'configuration file', installation.configFile)
  .version(version)

for (const [name, run] of Object.entries({ start, stop, restart })) {
  program.command(name).action(async () => finish(await run(managed())))
}
program.command('reload').action(async () => {
  const { ok, lines } = await control().reload()
  process.stdout.write(`${lines.join('\n')}\n`)
  process.exitCode = ok ? 0 : 1
})
program.command('status').action(async () => {
  const outcome = await control().status()
  process.stdout.write(`${JSON.stringify(outcome, undefined, 2)}\n`)
  process.exitCode = outcome.ok ? 0 : 3
})
program.command('version').action(() => void process.stdout.write(`${version}\n`))
await program.parseAsync()

function managed(): ManagedProxy {
  const { config } = program.opts<{ config: string }>()
  return {
    installation,
    configFile: config,
    print: (line) => void process.stdout.write(`${line}\n`),
    connectivityCheck: true,
  }
}

function control(): ProxyControl {
  return new ProxyControl(runDirFor(program.opts<{ config: string }>().config, installation))
}

function finish({ ok, lines }: ServiceOutcome): void {
  process.stdout.write(`${lines.join('\n')}\n`)
  process.exitCode = ok ? 0 : 1
}
