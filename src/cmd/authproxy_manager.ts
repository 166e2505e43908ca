import { join, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { type Account, findAccount } from '../host/account.ts'
import { systemClock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import { ownInstallation } from '../host/installation.ts'
import { untilStopped } from '../host/signals.ts'
import { version } from '../host/version.ts'
import { ConfigStore } from '../manager/config_store.ts'
import { installedProxy } from '../manager/installed_proxy.ts'
import { ManagerServer } from '../manager/manager_server.ts'
import { linkMinutes } from '../manager/one_time_link.ts'
import { canOpenBrowser, openBrowser } from '../manager/open_browser.ts'

interface Options {
  readonly config: string
  readonly port: number
  readonly open: boolean
  readonly idle: number
}

const installation = ownInstallation()
const pageFolder = join(installation.root, 'web/dist/manager')

await new Command('authproxy_manager')
  .description(
    'Edits and validates authproxy.cfg in a browser, and starts, stops and watches the authentication proxy. ' +
      'Prints a link that works once. Runs until Ctrl-C, for this machine only.',
  )
  .option('--config <file>', 'configuration file', installation.configFile)
  .option('--port <number>', 'port on 127.0.0.1; 0 for any free one', parsePort, 0)
  .option('--idle <minutes>', 'end the session after this time without use', parseMinutes, 30)
  .option('--no-open', 'only print the link, do not open a browser')
  .version(version)
  .showHelpAfterError("(see 'authproxy_manager --help')")
  .addHelpText(
    'after',
    `
On a machine without a browser, forward the port from your own machine, with the same number on both sides:
  you@laptop$ ssh -L 8444:127.0.0.1:8444 you@proxy.example.com
  you@proxy$ sudo authproxy_manager --port 8444
and open the printed link on your own machine.

Run it as root, or as the user that runs the proxy: it writes authproxy.cfg and asks the proxy for its status.`,
  )
  .action(async (options: Options) => {
    process.exitCode = await run(options)
  })
  .parseAsync()

/** @returns Exit status: 0 after a signal, 1 if the port can't be bound. */
async function run({ config, port, open, idle }: Options): Promise<number> {
  const configFile = resolve(config)
  let forgetLink = (): void => {}
  const stopped = untilStopped()
  let manager: ManagerServer
  try {
    manager = await ManagerServer.start({
      store: new ConfigStore(configFile, systemClock, findOwner(configFile)),
      proxy: installedProxy(installation, configFile),
      pageFolder,
      port,
      maxIdleMs: idle * 60_000,
      clock: systemClock,
      note: (text) => print(`${new Date(systemClock.now()).toLocaleTimeString('en-GB')} ${text}`),
    })
  } catch (error) {
    const reason = errorText(error)
    process.stderr.write(`authproxy_manager: port ${port} can't be used: ${reason}\n`)
    return 1
  }
  const showLink = (): void => {
    const link = manager.createLink()
    print(`\n  ${link}\n`)
    forgetLink()
    if (open && canOpenBrowser(process.env)) forgetLink = openBrowser(link)
  }
  print(`Proxy Manager for ${configFile}`)
  print(`Open this link on this machine. It works once, within ${linkMinutes} minutes:`)
  showLink()
  print('Enter prints a new link, Ctrl-C ends the Manager.')
  process.stdin.on('data', (typed) => {
    if (String(typed).includes('\n')) showLink()
  })
  await stopped
  process.stdin.destroy()
  forgetLink()
  await manager.stop()
  return 0
}

/** A new file of the installation must be readable for the account that runs the proxy. */
function findOwner(configFile: string): Account | undefined {
  const { serviceUser } = installation
  const isInstalled = configFile === installation.configFile
  return isInstalled && serviceUser !== undefined ? findAccount(serviceUser) : undefined
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65535) return port
  throw new InvalidArgumentError('Expected a port from 0 to 65535.')
}

function parseMinutes(text: string): number {
  const minutes = Number(text)
  if (/^\d+$/.test(text) && minutes >= 1 && minutes <= 1440) return minutes
  throw new InvalidArgumentError('Expected minutes from 1 to 1440.')
}
