import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Running, Workplace } from '../workplace.ts'

const delivered = join(import.meta.dirname, '../../bin/countersign')

/** The service at work, and what its clients need to know. */
export interface ServiceAtWork {
  readonly server: Running
  readonly port: number
  readonly caFile: string
}

/** Starts `countersign service` without request limits and with many connections, and waits until it listens. */
export async function startService(
  place: Workplace,
  options: {
    readonly name: string
    readonly folder: string
    /** PostgreSQL in place of SQLite. */
    readonly databaseUrl?: string
    readonly core?: number
    /** Further sections of its configuration. */
    readonly sections?: string
    readonly env?: Readonly<Record<string, string>>
  },
): Promise<ServiceAtWork> {
  const { name, folder, databaseUrl, core, sections = '', env = {} } = options
  const file = join(folder, 'countersign.cfg')
  await writeFile(
    file,
    `[service]
interface=127.0.0.1
data_folder=${folder}

[auth_api]
requests_per_minute=0

[connections]
total=15000
per_address=15000
${sections}`,
  )
  const server = place.start({
    name,
    command: delivered,
    args: ['service', '--config', file, '--port', '0'],
    ...(core === undefined ? {} : { core }),
    env: {
      ...env,
      ...(databaseUrl === undefined ? {} : { COUNTERSIGN_DATABASE_URL: databaseUrl }),
    },
  })
  const [, port] = await server.line(/listening on \S+:(\d+)$/)
  const [, caFile = ''] = await server.line(/clients must trust (\S+)$/)
  return { server, port: Number(port), caFile }
}
