import type { AwsDirectory } from '../aws/directory_service.ts'
import type { RadiusSettings } from '../radius_settings/radius_settings.ts'

/** One setting before and after a change. */
export interface SettingChange {
  /** As the AWS console names the field. */
  readonly field: string
  readonly before: string | undefined
  readonly after: string
}

/** What a change of the RADIUS settings would do. */
export interface SettingsPlan {
  /** Whether RADIUS has to be enabled, or is enabled and has to be updated. */
  readonly call: 'EnableRadius' | 'UpdateRadius'
  /** All fields; those with equal values stay. AWS never returns the secret, so it always counts as changed. */
  readonly fields: readonly SettingChange[]
}

const masked = '(not shown)'

/** Compares settings with those of a directory. Secrets are masked. */
export function planSettings(directory: AwsDirectory, settings: RadiusSettings): SettingsPlan {
  const { radius, status } = directory
  const servers = [...settings.RadiusServers, ...settings.RadiusServersIpv6]
  const field = (name: string, before: unknown, after: unknown): SettingChange => ({
    field: name,
    before: before === undefined ? undefined : String(before),
    after: String(after),
  })
  return {
    // AWS accepts EnableRadius again after it has failed
    call: status === undefined || status === 'Failed' ? 'EnableRadius' : 'UpdateRadius',
    fields: [
      field('RADIUS servers', radius?.servers.join(', '), servers.join(', ')),
      field('Port', radius?.port, settings.RadiusPort),
      field('Protocol', radius?.protocol, settings.AuthenticationProtocol),
      field('Server timeout (s)', radius?.timeoutSecs, settings.RadiusTimeout),
      field('Retries', radius?.retries, settings.RadiusRetries),
      field('Display label', radius?.label, settings.DisplayLabel ?? ''),
      field('Shared secret', radius === undefined ? undefined : masked, masked),
    ],
  }
}

/** Whether a field would change; that of the secret is never known. */
export function isChanged({ before, after }: SettingChange): boolean {
  return before !== after
}
