import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as elapsed } from 'node:timers/promises'
import pg from 'pg'
import type { Workplace } from './workplace.ts'

export const postgresProgram = '/usr/lib/postgresql/15/bin/postgres'
const initdb = '/usr/lib/postgresql/15/bin/initdb'
const startsWithinMs = 20_000

/**
 * Starts an empty PostgreSQL on loopback.
 *
 * @param settings Other values than the defaults of the server.
 * @returns Its address.
 */
export async function startPostgres(
  place: Workplace,
  settings: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await place.folder('postgres')
  const data = join(folder, 'data')
  const asPostgres = unprivileged()
  if (asPostgres.length > 0) {
    chmodSync(join(folder, '..'), 0o711)
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
    )
    chownSync(folder, uid ?? 0, gid ?? 0)
  }
  const port = await freeTcpPort()
  const [command = initdb, ...rest] = [...asPostgres, initdb]
  execFileSync(command, [...rest, '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], {
    cwd: folder,
    stdio: 'ignore',
  })
  const [program = postgresProgram, ...before] = [...asPostgres, postgresProgram]
  place.start({
    name: 'PostgreSQL',
    command: program,
    args: [
      ...[...before, '-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1'],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
  })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await answering(url)
  return url
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): string[] {
  if (process.getuid?.() !== 0) return []
  return ['/usr/bin/setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups']
}

async function freeTcpPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

async function answering(url: string): Promise<void> {
  const deadline = Date.now() + startsWithinMs
  for (;;) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return await client.end()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await elapsed(100)
    }
  }
}
