import { dirname, resolve } from 'node:path'
import { ConfigFile } from '../../config/config_file.ts'
import { type Problem, ProblemList } from '../../config/problem.ts'
import { authApiSection } from './auth_api_section.ts'
import {
  type ConnectionConfig,
  connectionsSection,
  readConnectionsSection,
} from './connections_section.ts'
import { type LockoutConfig, lockoutSection, readLockoutSection } from './lockout_section.ts'
import { logsSection } from './logs_section.ts'
import { type MailConfig, mailSection, readMailSection } from './mail_section.ts'
import { type PhoneConfig, readPhoneSection } from './phone_section.ts'
import { type PlacesConfig, placesSection, readPlacesSection } from './places_section.ts'
import { bracketed } from './public_url.ts'
import {
  type PushConfig,
  pushSection,
  readPushSection,
  readWebPush,
  type WebPushConfig,
} from './push_section.ts'
import { readServiceSection, type ServiceSectionConfig, serviceSection } from './service_section.ts'
import { serviceTable } from './service_table.ts'
import { readSmsSection, type SmsConfig } from './sms_section.ts'

/** How messages, calls and mail are delivered. */
export interface DeliveryConfig {
  readonly sms: SmsConfig
  readonly phone: PhoneConfig
  readonly mail: MailConfig
}

/** `countersign.cfg`, read. */
export interface ServiceConfig extends ServiceSectionConfig, DeliveryConfig {
  readonly requestsPerMinute: number
  readonly refusedPerMinute: number
  readonly connections: ConnectionConfig
  readonly lockout: LockoutConfig
  readonly push: PushConfig
  readonly webPush: WebPushConfig
  readonly places: PlacesConfig
  /** How long log entries are kept; 0 forever. */
  readonly logKeepDays: number
  /** The lines of the options that the file sets, by `section.key`. */
  readonly writtenLines: ReadonlyMap<string, number>
}

/** The configuration without a file; relative paths start in `folder`. */
export function defaultConfig(folder: string, table = serviceTable): ServiceConfig {
  const { config } = readServiceConfig('', resolve(folder, 'countersign.cfg'), table)
  if (config === undefined) throw new Error('the defaults are not valid')
  return config
}

/**
 * Reads a `countersign.cfg`. Needs no file access, so that an editor can call it on each change.
 *
 * @param file Its path; relative paths in it start in its folder.
 * @returns All problems, sorted by line; no configuration if one of them is an error.
 */
export function readServiceConfig(
  text: string,
  file: string,
  table = serviceTable,
): { readonly config: ServiceConfig | undefined; readonly problems: readonly Problem[] } {
  const problems = new ProblemList(file)
  const { report } = problems
  const read = ConfigFile.read(text, table, report)
  if (read === undefined) return { config: undefined, problems: problems.toArray() }
  const folder = dirname(file)
  const service = readServiceSection(read.only(serviceSection), folder, report)
  const [hostName = 'localhost'] = service.hostNames
  const push = read.only(pushSection)
  const authApi = read.only(authApiSection)
  const config: ServiceConfig = {
    ...service,
    requestsPerMinute: authApi.get('requests_per_minute'),
    refusedPerMinute: authApi.get('refused_per_minute'),
    connections: readConnectionsSection(read.only(connectionsSection)),
    lockout: readLockoutSection(read.only(lockoutSection)),
    push: readPushSection(push),
    webPush: readWebPush(push, service.publicUrl ?? `https://${bracketed(hostName)}`),
    logKeepDays: read.only(logsSection).get('keep_days'),
    writtenLines: new Map(
      read.sections.flatMap(({ kind, settings }) =>
        settings.map(({ key, entry }) => [`${kind.name}.${key}`, entry.line] as const),
      ),
    ),
    places: readPlacesSection(read.only(placesSection), folder),
    sms: readSmsSection(read, folder, report),
    phone: readPhoneSection(read, folder, report),
    mail: readMailSection(read.only(mailSection), hostName, folder, report),
  }
  return { config: problems.hasErrors ? undefined : config, problems: problems.toArray() }
}
