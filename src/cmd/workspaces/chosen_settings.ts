import { isIPv6 } from 'node:net'
import type { Secret } from '../../host/secret.ts'
import type { AwsDirectory } from '../../workspaces/aws/directory_service.ts'
import { recommendedSettings } from '../../workspaces/guide/time_budget.ts'
import { radiusSettingsLimits } from '../../workspaces/radius_settings/limits.ts'
import {
  parseRadiusSettings,
  type RadiusSettings,
} from '../../workspaces/radius_settings/radius_settings.ts'
import { VerbError } from './run_program.ts'

/** The settings that the options of `enable` and `update` name. */
export interface SettingsOptions {
  readonly servers?: readonly string[]
  readonly secretFile: string
  readonly port?: number
  readonly timeout?: number
  readonly retries?: number
  readonly protocol?: string
  readonly label?: string
}

/** What is chosen if neither an option nor the directory says otherwise. */
export const defaultSettings = { port: 1812, protocol: 'PAP', label: 'Countersign' } as const

/** The options over what the directory has, over the defaults. @throws {VerbError} for settings outside AWS's limits. */
export function chooseSettings(
  { radius }: AwsDirectory,
  secret: Secret,
  options: SettingsOptions,
): RadiusSettings {
  return parse({ ...readCurrent(radius), ...readOptions(options) }, secret, options)
}

function readCurrent(radius: AwsDirectory['radius']) {
  if (radius === undefined) return {}
  const { port, timeoutSecs, retries, protocol, label } = radius
  return {
    servers: radius.servers,
    ...(port === undefined ? {} : { port }),
    ...(timeoutSecs === undefined ? {} : { timeout: timeoutSecs }),
    ...(retries === undefined ? {} : { retries }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(label === undefined ? {} : { label }),
  }
}

function readOptions({ servers, port, timeout, retries, protocol, label }: SettingsOptions) {
  const given = { servers, port, timeout, retries, protocol, label }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function parse(
  chosen: {
    readonly servers?: readonly string[]
    readonly port?: number
    readonly timeout?: number
    readonly retries?: number
    readonly protocol?: string
    readonly label?: string
  },
  secret: Secret,
  { secretFile }: SettingsOptions,
): RadiusSettings {
  const servers = chosen.servers ?? []
  const recommended = recommendedSettings(servers.length)
  const parsed = parseRadiusSettings({
    RadiusServers: servers.filter((server) => !isIPv6(server)),
    RadiusServersIpv6: servers.filter((server) => isIPv6(server)),
    RadiusPort: chosen.port ?? defaultSettings.port,
    RadiusTimeout: chosen.timeout ?? recommended.timeoutSecs,
    RadiusRetries: chosen.retries ?? recommended.retries,
    SharedSecret: secret,
    AuthenticationProtocol: chosen.protocol ?? defaultSettings.protocol,
    DisplayLabel: chosen.label ?? defaultSettings.label,
  })
  if (parsed.ok) return parsed.settings
  const limits = radiusSettingsLimits.SharedSecret
  throw new VerbError(
    parsed.problems
      .map(({ field, message }) =>
        field === 'SharedSecret'
          ? `the secret in ${secretFile} is outside AWS's limits: ${limits.min} to ${limits.max} letters, digits, spaces and ASCII punctuation`
          : `${field}: ${message}`,
      )
      .join('\n'),
  )
}
