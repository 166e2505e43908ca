import { type Command, InvalidArgumentError } from 'commander'
import type { LocationOptions } from '../../service/config/data_location.ts'
import { cliActor, locationOptions } from './context.ts'

interface UpFlags extends LocationOptions {
  readonly host?: string
  readonly port: number
  readonly radiusPort: number
  readonly directoryPort: number
}

/** `countersign up` */
export function addUpVerb(program: Command): void {
  locationOptions(program.command('up'))
    .description(
      'run service, proxy and a simulated WorkSpaces directory with sample data, to try them out',
    )
    .option(
      '--host <name>',
      'listen on all addresses of this machine, under this name or address (default: this machine only)',
      readHost,
    )
    .option('--port <port>', 'port of the MFA service, HTTPS', readPort, 8443)
    .option('--radius-port <port>', 'port of the authentication proxy, UDP', readPort, 1812)
    .option(
      '--directory-port <port>',
      'port of the simulated directory and its sign-in page, HTTP on this machine only',
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
