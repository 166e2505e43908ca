import type { Section } from '../../config/section.ts'
import { duoOnlyClient } from '../../proxy/sections/duo_only_client.ts'
import type { radiusServerOptions } from '../../proxy/sections/radius_server_options.ts'
import type { ProxySectionKind } from '../../proxy/sections/section_kind.ts'
import type { AddressRange } from '../../radius/udp/client_addresses.ts'
import type { Finding } from './connectivity_event.ts'
import { isUnserved, type ToolConfig } from './tool_config.ts'

/** As many addresses as an IPv4 network /16 has. */
const maxClients = 1n << 16n

/** Finds settings that are valid, but probably not intended. */
export function findSuspiciousSettings(
  section: Section<ProxySectionKind>,
  tool: ToolConfig,
): Finding[] {
  return [
    ...findFailmode(section, tool),
    ...findWideClients(section, tool),
    ...findUnknownClient(section, tool),
    ...findSharedSecret(section),
    ...findWeakSecret(section),
  ]
}

function findFailmode(section: Section<ProxySectionKind>, { config }: ToolConfig): Finding[] {
  if (config === undefined || section.kind.options.failmode === undefined) return []
  const values = config.values<typeof radiusServerOptions>(section)
  const [own] = values.list('failmode')
  // a value that can't be read is a problem of its own
  if ((own?.value ?? 'safe') !== 'safe' || (own === undefined && values.has('failmode'))) return []
  const how = values.has('failmode') ? 'failmode=safe' : 'failmode=safe (the default)'
  return [
    {
      severity: 'info',
      message: `${how}: while the API can't be reached, users are let in without a second factor`,
      remedy: 'set failmode=secure to reject them instead',
      line: values.line('failmode'),
    },
  ]
}

function findWideClients(section: Section<ProxySectionKind>, { config }: ToolConfig): Finding[] {
  if (config === undefined || section.kind.options.radius_ip === undefined) return []
  const values = config.values<typeof radiusServerOptions>(section)
  return values.list('radius_ip').flatMap(({ value, number, line }): Finding[] => {
    const count = countAddresses(value.range)
    if (count <= maxClients || isLoopback(value.range)) return []
    return [
      {
        severity: 'warn',
        message: `radius_ip_${number} accepts requests from ${count} addresses`,
        remedy: 'write the addresses of the appliances, or the smallest network that has them',
        line,
      },
    ]
  })
}

/** Only this machine has addresses in 127.0.0.0/8, here mapped to IPv6. */
function isLoopback({ first, last }: AddressRange): boolean {
  return first >= 0xffff_7f00_0000n && last <= 0xffff_7fff_ffffn
}

function countAddresses({ first, last }: AddressRange): bigint {
  return last - first + 1n
}

/** `readProxyConfig` checks `client` in the sections that the proxy serves. */
function findUnknownClient(
  section: Section<ProxySectionKind>,
  { sections }: ToolConfig,
): Finding[] {
  const setting = section.settings.find(({ key }) => key === 'client')
  if (setting === undefined || !isUnserved(section)) return []
  const name = setting.entry.value.toLowerCase()
  const clients = sections.filter(({ kind }) => kind.role === 'client').map((found) => found.name)
  if (clients.includes(name) || name === duoOnlyClient.name) return []
  return [
    {
      severity: 'error',
      message: `client is '${name}', which is not a client section of this file`,
      remedy:
        clients.length === 0
          ? 'add the section'
          : `write one of ${clients.join(', ')}, or add the section`,
      line: setting.entry.line,
    },
  ]
}

/** Secrets of manuals and of RADIUS servers as they are shipped. */
const wellKnownSecret =
  /^(testing123|secret|radius|radsec|password|passw0rd|changeme|cisco|admin|test|shared_?secret)$/i
const maxShortSecretLength = 12

/** `readProxyConfig` checks the length of `radius_secret_N`, and the secrets of our own documentation. */
function findWeakSecret({ settings }: Section): Finding[] {
  return settings.flatMap(({ key, number, isProtected, entry }): Finding[] => {
    const isOfClient = key === 'radius_secret'
    if (isProtected || !(isOfClient || key === 'secret')) return []
    const name = isOfClient ? `${key}_${number}` : key
    const remedy = 'use 24 random characters or more, on both sides'
    const { value, line } = entry
    if (wellKnownSecret.test(value)) {
      const message = `${name} is a well-known example`
      return [{ severity: 'warn', message, remedy, line }]
    }
    if (isOfClient || value.length > maxShortSecretLength) return []
    return [{ severity: 'warn', message: `${name} is short`, remedy, line }]
  })
}

/** The same secret for several clients: anyone who learns it at one appliance can pose as all of them. */
function findSharedSecret({ settings }: Section): Finding[] {
  const secrets = settings.filter(({ key, isProtected }) => key === 'radius_secret' && !isProtected)
  const repeated = secrets.filter(({ entry }, index) =>
    secrets.slice(0, index).some((before) => before.entry.value === entry.value),
  )
  return repeated.map(({ key, number, entry }) => ({
    severity: 'info',
    message: `${key}_${number} is also the secret of another client`,
    remedy:
      'give each appliance a secret of its own, unless both are addresses of one directory (WorkSpaces)',
    line: entry.line,
  }))
}
