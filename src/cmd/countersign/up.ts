import { type Command, InvalidArgumentError } from 'commander'

/** `countersign up`: everything at once, to try it out. */
export function addUpVerb(program: Command): void {
  program
    .command('up')
    .description('service, proxy and a first organisation in one process, to try it out')
    .option('--data <folder>', 'where everything is kept', 'data')
    .option('--port <port>', 'the MFA service, HTTPS', readPort, 8443)
    .option('--radius-port <port>', 'the authentication proxy, UDP', readPort, 1812)
    .option(
      '--directory-port <port>',
      'the simulated directory (taken, and not used yet)',
      readPort,
      8480,
    )
    .action(async (options: { data: string; port: number; radiusPort: number }) => {
      // loaded when it is used: the other verbs are to answer at once
      const { up } = await import('../../first_run/up.ts')
      await up({ folder: options.data, port: options.port, radiusPort: options.radiusPort })
    })
}

function readPort(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port
  throw new InvalidArgumentError('expected a port from 1 to 65535')
}
