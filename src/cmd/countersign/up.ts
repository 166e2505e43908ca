import { type Command, InvalidArgumentError } from 'commander'
import type { LocationOptions } from '../../service/config/data_location.ts'
import { cliActor, locationOptions } from './context.ts'

interface UpFlags extends LocationOptions {
  readonly host?: string
  readonly port: number
  readonly radiusPort: number
}

/** `countersign up`: everything at once, to try it out. */
export function addUpVerb(program: Command): void {
  locationOptions(program.command('up'))
    .description('service, proxy and a first organisation in one process, to try it out')
    .option(
      '--host <name>',
      'listen on all addresses of this machine, for clients that reach it by this name or address (default: only this machine)',
      readHost,
    )
    .option('--port <port>', 'the MFA service, HTTPS', readPort, 8443)
    .option('--radius-port <port>', 'the authentication proxy, UDP', readPort, 1812)
    .option(
      '--directory-port <port>',
      'the simulated directory (accepted, but not used yet)',
      readPort,
      8480,
    )
    .action(async (flags: UpFlags) => {
      // imported on use, so that the other verbs start quickly
      const { up } = await import('../../first_run/up.ts')
      await up({ ...flags, actor: cliActor() })
    })
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port
  throw new InvalidArgumentError('expected a port from 1 to 65535')
}

function readHost(text: string): string {
  if (/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError('expected a host name or an IPv4 address, without a port')
}
