import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock } from '../../host/clock.ts'
import { ProgramLog } from '../../host/program_log.ts'
import { Secret } from '../../host/secret.ts'
import { untilStopped } from '../../host/signals.ts'
import { version } from '../../host/version.ts'
import { formatProblem } from '../../service/config/config_values.ts'
import {
  defaultConfig,
  readServiceConfig,
  type ServiceConfig,
} from '../../service/config/service_config.ts'
import { ServiceError, startService } from '../../service/service.ts'
import { StoreError } from '../../service/store/store_error.ts'

export interface ServiceFlags {
  readonly config?: string
  readonly data?: string
  readonly port?: number
}

const configError = 2

/** @returns Exit status: 2 for a configuration with errors, 1 where it can't start. */
export async function runService({ config: file, data, port }: ServiceFlags): Promise<number> {
  const config = file === undefined ? defaultConfig(process.cwd()) : read(file)
  if (config === undefined) return configError
  const { COUNTERSIGN_DATABASE_URL: url, COUNTERSIGN_SEALING_KEY: key } = process.env
  const log = new ProgramLog({
    component: 'countersign.service',
    debug: config.debug,
    stdout: true,
    clock: systemClock,
  })
  // heard from now on: whoever reads that it listens may ask to stop at once
  const stopped = untilStopped()
  try {
    const service = await startService({
      config: url === undefined ? config : { ...config, databaseUrl: new Secret(url) },
      ...(key === undefined ? {} : { sealingKey: new Secret(key) }),
      ...(data === undefined ? {} : { folder: resolve(data) }),
      ...(port === undefined ? {} : { port }),
      log,
    })
    log.info(`Countersign service ${version} listening on ${service.address}:${service.port}`)
    if (service.caFile !== undefined) log.info(`clients have to trust ${service.caFile}`)
    await stopped
    await service.close()
    log.info('stopped')
    return 0
  } catch (error) {
    if (!isForOperator(error)) throw error
    process.stderr.write(`countersign service: ${error.message}\n`)
    return 1
  } finally {
    await log.close()
  }
}

function read(file: string): ServiceConfig | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`countersign service: the configuration can't be read: ${reason}\n`)
    return undefined
  }
  const { config, problems } = readServiceConfig(text, resolve(file))
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
  return config
}

/** What an operator can do something about: its message is all that he needs. */
function isForOperator(error: unknown): error is Error {
  return error instanceof StoreError || error instanceof ServiceError
}
