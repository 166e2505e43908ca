import { type Clock, systemClock } from '../../host/clock.ts'
import { type Log, silentLog } from '../../host/log.ts'
import type { Secret } from '../../host/secret.ts'
import { noStalls, type Stalls } from '../../host/stall_meter.ts'
import { defaultConfig, type ServiceConfig } from '../config/service_config.ts'
import { CertificateError } from '../http/server/certificate_files.ts'
import { type Delivery, DeliveryError } from '../messaging/messaging.ts'
import { GeoipDatabaseError } from '../place/geoip_database.ts'
import type { TransactionObserver } from '../sign_in/transaction/transaction.ts'
import { Store } from '../store/store.ts'
import { runService, type Service } from './run_service.ts'
import { ServiceError } from './service_error.ts'

export interface ServiceOptions {
  /** The data folder; overrides the configuration. */
  readonly folder?: string
  /** Overrides the configuration; 0 for any free port. */
  readonly port?: number
  /** Without one, the defaults apply. */
  readonly config?: ServiceConfig
  /** IP address to listen on; overrides the configuration. */
  readonly address?: string
  /** Replaces the key file in the data folder. */
  readonly sealingKey?: Secret
  /** Replaces the configured ways of delivery. */
  readonly delivery?: Delivery
  /** Receives what happens to sign-ins that wait for an answer. */
  readonly transactionObserver?: TransactionObserver
  /** The built browser apps. */
  readonly webFolder?: string
  /** Ends the program, when the disk has refused commits of SQLite: nothing works from then on. */
  readonly diskFailed?: (failure: Error) => void
  readonly log?: Log
  readonly clock?: Clock
  /** When this process could not run; by default, it always runs. */
  readonly stalls?: Stalls
}

/**
 * Starts the MFA service.
 *
 * @throws {StoreError} or {ServiceError} with one line that says what to do.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { sealingKey, log = silentLog, clock = systemClock } = options
  const config = options.config ?? defaultConfig(options.folder ?? '.')
  const folder = options.folder ?? config.dataFolder
  const { databaseUrl } = config
  const store = await Store.open({
    ...{ folder, databaseUrl, sealingKey, migrate: true },
    diskFailed: options.diskFailed,
  })
  try {
    return await runService(store, {
      config,
      folder,
      address: options.address ?? config.interfaceAddress,
      port: options.port ?? config.port,
      delivery: options.delivery,
      transactionObserver: options.transactionObserver,
      webFolder: options.webFolder,
      clock,
      stalls: options.stalls ?? noStalls,
      log,
    })
  } catch (error) {
    await store.close()
    throw toServiceError(error)
  }
}

/** Errors of configured files have a line for the operator already. */
function toServiceError(error: unknown): unknown {
  const isExpected =
    error instanceof CertificateError ||
    error instanceof DeliveryError ||
    error instanceof GeoipDatabaseError
  return isExpected ? new ServiceError(error.code, error.message) : error
}
