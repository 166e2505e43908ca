/**
 * The service as a process, without the limit on requests that would end a measurement. Started
 * with `ServiceProgramOptions` as JSON; prints its port and the file of its authority.
 */
import { writeSync } from 'node:fs'
import { Secret } from '../../src/host/secret.ts'
import { defaultConfig } from '../../src/service/config/service_config.ts'
import { startService } from '../../src/service/service.ts'

export interface ServiceProgramOptions {
  readonly folder: string
  /** 0 for any that is free. */
  readonly port: number
  /** PostgreSQL in place of SQLite. */
  readonly databaseUrl?: string
}

const unlimited = 1_000_000_000
const { folder, port, databaseUrl }: ServiceProgramOptions = JSON.parse(process.argv[2] ?? '{}')
const config = defaultConfig(folder)
const service = await startService({
  folder,
  port,
  address: '127.0.0.1',
  config: {
    ...config,
    databaseUrl: databaseUrl === undefined ? config.databaseUrl : new Secret(databaseUrl),
    requestsPerMinute: unlimited,
  },
})
// it may be killed at any moment: what it says must not wait in a buffer
writeSync(1, `${JSON.stringify({ port: service.port, caFile: service.caFile })}\n`)
process.once('SIGTERM', () => void service.close())
