import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { formatProblem } from '../../config/problem.ts'
import { Secret } from '../../host/secret.ts'
import { defaultConfig, readServiceConfig, type ServiceConfig } from './service_config.ts'

/** The options of the command line that name the data. */
export interface LocationOptions {
  /** The data folder. */
  readonly data?: string | undefined
  /** The configuration file. */
  readonly config?: string | undefined
}

/** One database with its sealing key and the configuration that belongs to it. */
export interface DataLocation {
  /** Absolute. */
  readonly folder: string
  readonly config: ServiceConfig
  /** Problems of the configuration that are not errors, one line each. */
  readonly warnings: readonly string[]
  /** `undefined` for SQLite in the data folder. */
  readonly databaseUrl: Secret | undefined
  /** Replaces the key file in the data folder. */
  readonly sealingKey: Secret | undefined
}

/** Thrown if the configuration can't be read or has errors; the message has one line for each. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/** The configuration file of a data folder. */
export function configFileIn(folder: string): string {
  return join(folder, 'countersign.cfg')
}

/**
 * Finds the data that a command works on, in the same way for all verbs.
 *
 * - Folder: `--data`, else `data_folder` of `--config`, else `COUNTERSIGN_DATA`, else `./data`.
 * - Configuration: `--config`, else `countersign.cfg` in that folder, else the defaults.
 * - Database: `COUNTERSIGN_DATABASE_URL`, else `database_url`, else SQLite in the folder.
 *
 * @throws {ConfigurationError}
 */
export function locateData(options: LocationOptions): DataLocation {
  const url = environment('COUNTERSIGN_DATABASE_URL')
  const key = environment('COUNTERSIGN_SEALING_KEY')
  const folder = resolve(options.data ?? environment('COUNTERSIGN_DATA') ?? 'data')
  const file = options.config ?? (existsSync(configFileIn(folder)) ? configFileIn(folder) : '')
  const { config, warnings } =
    file === '' ? { config: defaultConfig(process.cwd()), warnings: [] } : read(file)
  const named = options.config !== undefined && options.data === undefined
  return {
    folder: named ? config.dataFolder : folder,
    config,
    warnings,
    databaseUrl: url === undefined ? config.databaseUrl : new Secret(url),
    sealingKey: key === undefined ? undefined : new Secret(key),
  }
}

/** An empty variable counts as unset: container tools pass on variables that have no value. */
function environment(name: string): string | undefined {
  const value = process.env[name]
  return value === '' ? undefined : value
}

function read(file: string): { config: ServiceConfig; warnings: readonly string[] } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError(`the configuration can't be read: ${reason}; check --config`)
  }
  const { config, problems } = readServiceConfig(text, resolve(file))
  const lines = problems.map(formatProblem)
  if (config === undefined) throw new ConfigurationError(lines.join('\n'))
  return { config, warnings: lines }
}
