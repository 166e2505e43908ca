import { type Command, InvalidArgumentError } from 'commander'
import { locationOptions } from './context.ts'
import type { ServiceFlags } from './run_service.ts'

const lingerMs = 100

/** `countersign service` */
export function addServiceVerb(program: Command): void {
  locationOptions(program.command('service'))
    .description('run the MFA service in the foreground; creates its data if there is none')
    .option(
      '--port <port>',
      'TCP port, overrides the configured one; 0 for any free port',
      readPort,
    )
    .action(async (flags: ServiceFlags) => {
      // imported on use, so that the other verbs start quickly
      const { runService } = await import('./run_service.ts')
      process.exitCode = await runService(flags)
      // don't wait for queries to a database that does not answer
      setTimeout(() => process.exit(), lingerMs).unref()
    })
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= 0 && port <= 65535) return port
  throw new InvalidArgumentError('expected a port from 0 to 65535')
}
