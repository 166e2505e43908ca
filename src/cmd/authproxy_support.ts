import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { ProxyControl } from '../ctl/proxy_control.ts'
import { collectSupportBundle, SecretInBundle } from '../ctl/support/support_bundle.ts'
import { type ArchiveFile, buildTarGz } from '../ctl/support/tar_archive.ts'
import { systemClock } from '../host/clock.ts'
import { ownInstallation, runDirFor } from '../host/installation.ts'
import { version } from '../host/version.ts'

interface Options {
  readonly config: string
  readonly explicitConnectivityCheck: boolean
}

const installation = ownInstallation()

await new Command('authproxy_support')
  .description(
    'Collects configuration, logs, connectivity and facts about this machine, without secrets, into ' +
      'countersign-support-TIME.tar.gz in the current folder.',
  )
  .option('--config <file>', 'configuration file of the proxy', installation.configFile)
  .option('--no-explicit-connectivity-check', 'do not connect to any server')
  .version(version)
  .showHelpAfterError("(see 'authproxy_support --help')")
  .action(async (options: Options) => {
    process.exitCode = await run(options)
  })
  .parseAsync()

/** @returns Exit status: 0, or 1 if no bundle was written. */
async function run({ config, explicitConnectivityCheck }: Options): Promise<number> {
  const configFile = resolve(config)
  const runDir = runDirFor(configFile, installation)
  const status = await new ProxyControl(runDir).status()
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  if (!existsSync(configFile)) {
    process.stderr.write(
      `authproxy_support: there is no ${configFile}; name the configuration with --config\n`,
    )
    return 1
  }
  process.stderr.write('collecting; this may take a minute\n')
  try {
    const files = await collectSupportBundle({
      configFile,
      runDir,
      unit: installation.unit,
      proxyPid: status.ok ? status.status.pid : undefined,
      explicitConnectivityCheck,
      env: process.env,
      status: async () => `${JSON.stringify(status.ok ? status.status : status, undefined, 2)}\n`,
      clock: systemClock,
      signal: stop.signal,
    })
    const name = `countersign-support-${timestamp(systemClock.now())}.tar.gz`
    writeFileSync(name, buildTarGz(files, systemClock.now()), { mode: 0o600, flag: 'wx' })
    process.stdout.write(`${describe(files)}\n\n${resolve(name)}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof SecretInBundle || (error instanceof Error && 'code' in error)))
      throw error
    process.stderr.write(`authproxy_support: ${error.message}\n`)
    return 1
  }
}

function describe(files: readonly ArchiveFile[]): string {
  const lines = files.map(
    ({ name, content }) => `${String(Buffer.byteLength(content)).padStart(9)}  ${name}`,
  )
  return `${lines.join('\n')}\n\nSecrets are removed. The logs contain usernames and addresses; see README.txt.`
}

/** `20261129T153012Z` */
function timestamp(now: number): string {
  return new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
}
