import { Secret } from '../../host/secret.ts'
import { findFieldProblem } from './field_problem.ts'
import {
  type AuthenticationProtocol,
  authenticationProtocols,
  optionalFields,
  type RadiusSettingsField,
  radiusSettingsLimits,
} from './limits.ts'

/** The RADIUS settings of a directory, in AWS's words. */
export interface RadiusSettings {
  /** IPv4 addresses, IPv6 addresses or DNS names; tried in this order. */
  readonly RadiusServers: readonly string[]
  readonly RadiusServersIpv6: readonly string[]
  readonly RadiusPort: number
  /** Seconds to wait for the reply to one attempt. */
  readonly RadiusTimeout: number
  /** Attempts after the first one, for each server. */
  readonly RadiusRetries: number
  readonly SharedSecret: Secret
  readonly AuthenticationProtocol: AuthenticationProtocol
  readonly DisplayLabel?: string
  readonly UseSameUsername?: boolean
}

/** Why a value is outside AWS's limits. The message never repeats a secret. */
export interface SettingsProblem {
  readonly field: RadiusSettingsField
  readonly message: string
}

export type ParsedRadiusSettings =
  | { readonly ok: true; readonly settings: RadiusSettings }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] }

/**
 * Validates the settings that a request contains, against AWS's limits.
 *
 * @param input The member `RadiusSettings` of a request. `SharedSecret` is text or a `Secret`. Unknown fields are
 *   ignored, as AWS ignores them.
 */
export function parseRadiusSettings(
  input: Readonly<Record<string, unknown>>,
): ParsedRadiusSettings {
  const given = (field: RadiusSettingsField): unknown => {
    const value = input[field]
    return value instanceof Secret ? value.reveal() : (value ?? undefined)
  }
  const fields = Object.keys(radiusSettingsLimits) as RadiusSettingsField[]
  const problems = fields.flatMap((field): SettingsProblem[] => {
    const value = given(field)
    if (value === undefined) {
      return optionalFields.includes(field) ? [] : [{ field, message: 'Member must not be null' }]
    }
    const message = findFieldProblem(radiusSettingsLimits[field], value)
    return message === undefined ? [] : [{ field, message }]
  })
  const servers = textList(given('RadiusServers'))
  const serversIpv6 = textList(given('RadiusServersIpv6'))
  if (problems.length === 0 && servers.length + serversIpv6.length === 0) {
    problems.push({
      field: 'RadiusServers',
      message: 'Member must have length greater than or equal to 1',
    })
  }
  if (problems.length > 0) return { ok: false, problems }
  const label = given('DisplayLabel')
  const sameName = given('UseSameUsername')
  const settings: RadiusSettings = {
    RadiusServers: servers,
    RadiusServersIpv6: serversIpv6,
    RadiusPort: Number(given('RadiusPort')),
    RadiusTimeout: Number(given('RadiusTimeout')),
    RadiusRetries: Number(given('RadiusRetries')),
    SharedSecret: new Secret(String(given('SharedSecret'))),
    AuthenticationProtocol: protocolNamed(given('AuthenticationProtocol')),
    ...(typeof label === 'string' ? { DisplayLabel: label } : {}),
    ...(typeof sameName === 'boolean' ? { UseSameUsername: sameName } : {}),
  }
  return { ok: true, settings }
}

function textList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function protocolNamed(value: unknown): AuthenticationProtocol {
  const found = authenticationProtocols.find((name) => name === value)
  if (found === undefined) throw new TypeError('the protocol was not validated')
  return found
}
