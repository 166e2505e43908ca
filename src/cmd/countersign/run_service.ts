import { systemClock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { ProgramLog } from '../../host/program_log.ts'
import { ServiceManager } from '../../host/service_manager.ts'
import { untilStopped } from '../../host/signals.ts'
import { StallMeter } from '../../host/stall_meter.ts'
import { version } from '../../host/version.ts'
import { startService } from '../../service/compose/service.ts'
import { ServiceError } from '../../service/compose/service_error.ts'
import {
  ConfigurationError,
  type DataLocation,
  type LocationOptions,
  locateData,
} from '../../service/config/data_location.ts'
import { StoreError } from '../../service/store/store_error.ts'
import { inviteFirstOwner } from './first_owner.ts'

export interface ServiceFlags extends LocationOptions {
  readonly port?: number
}

const configError = 2

/** @returns Exit status: 2 for a configuration with errors, 1 if the service can't start. */
export async function runService({ port, ...options }: ServiceFlags): Promise<number> {
  const location = located(options)
  if (location === undefined) return configError
  const { config, folder, databaseUrl, sealingKey, warnings } = location
  for (const warning of warnings) process.stderr.write(`${warning}\n`)
  const log = new ProgramLog({
    component: 'countersign.service',
    debug: config.debug,
    stdout: true,
    clock: systemClock,
  })
  // registered first, so that a signal sent right after 'listening' is not lost
  const stopped = untilStopped()
  try {
    const service = await startService({
      config: { ...config, databaseUrl },
      ...(sealingKey === undefined ? {} : { sealingKey }),
      folder,
      ...(port === undefined ? {} : { port }),
      stalls: new StallMeter(),
      log,
      diskFailed: (failure) => endWithDisk(failure, log),
    })
    log.info(`Countersign service ${version} listening on ${service.address}:${service.port}`)
    if (service.api !== undefined) {
      log.info(`signed API on ${service.api.address}:${service.api.port} alone`)
    }
    log.info(`data folder ${folder}`)
    if (service.caFile !== undefined) log.info(`clients must trust ${service.caFile}`)
    await inviteFirstOwner(location, service.adminUrl, log)
    const manager = new ServiceManager(process.env, (message) => log.warn(message))
    void manager.ready(`listening on ${service.address}:${service.port}`)
    await stopped
    void manager.stopping()
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

/**
 * Ends the process at once, as if it were killed: what it has in memory, and what the system would write now,
 * may differ from the disk, and SQLite recovers its log at the next start. Alive, it would fail every call.
 */
function endWithDisk({ message }: Error, log: Log): void {
  log.error(
    `${message}; the service ends, so that the next start recovers what is on the disk: look at the kernel's log (dmesg) and the free space, and replace a failing disk (docs/troubleshooting.md)`,
  )
  process.exit(1)
}

function located(options: LocationOptions): DataLocation | undefined {
  try {
    return locateData(options)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`${error.message}\n`)
    return undefined
  }
}

/** Errors that are printed without a stack. */
function isForOperator(error: unknown): error is Error {
  return error instanceof StoreError || error instanceof ServiceError
}
