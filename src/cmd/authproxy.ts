import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { systemClock } from '../host/clock.ts'
import { untilStopped } from '../host/signals.ts'
import { version } from '../host/version.ts'
import { effectiveSections } from '../proxy/config/effective.ts'
import { formatProblem } from '../proxy/config/problem.ts'
import type { ProxyConfig } from '../proxy/config/proxy_config.ts'
import { readProxyConfig } from '../proxy/config/read_proxy_config.ts'
import { AuthenticationProxy, ListenError } from '../proxy/proxy.ts'
import { openProxyLogs, type ProxyLogs } from '../proxy/proxy_logs.ts'

const installedConfig = join(import.meta.dirname, '../../conf/authproxy.cfg')

await new Command('authproxy')
  .description(
    'The authentication proxy, in the foreground: RADIUS in, the second factor over HTTPS.',
  )
  .option('--config <file>', 'the configuration', installedConfig)
  .version(version)
  .action(async ({ config }: { config: string }) => {
    process.exitCode = await run(config)
  })
  .parseAsync()

/** @returns Exit status: 2 for a configuration with errors, 1 where it can't start. */
async function run(file: string): Promise<number> {
  const config = read(file)
  if (config === undefined) return 2
  const logs = openLogs(config)
  if (logs === undefined) return 1
  const { log, writeEvent } = logs
  log.info(`Countersign Authentication Proxy ${version} starting with ${file}`)
  for (const { name, settings } of effectiveSections(config)) log.info(`[${name}]`, settings)
  // heard from now on: whoever reads 'Init Complete' may ask to stop at once
  const stopped = untilStopped()
  try {
    const proxy = await AuthenticationProxy.start(config, { log, writeEvent, clock: systemClock })
    for (const { section, address, port } of proxy.listeners) {
      log.info(`[${section}] listening on ${address}:${port}`)
    }
    // not by a request, which an attacker could send: by the owner of the process alone
    process.on('SIGUSR2', () => proxy.clearLatches())
    log.info('Init Complete')
    await stopped
    await proxy.stop()
    log.info('stopped')
    return 0
  } catch (error) {
    if (!(error instanceof ListenError)) throw error
    log.error(error.message)
    process.stderr.write(`authproxy: ${error.message}\n`)
    return 1
  } finally {
    await logs.close()
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
