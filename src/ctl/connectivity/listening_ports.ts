import type { ConfigFile } from '../../config/config_file.ts'
import type { Section } from '../../config/section.ts'
import type { ldapServerAuto } from '../../proxy/sections/ldap_server_auto.ts'
import type { mainSection } from '../../proxy/sections/main_section.ts'
import type { ProxySectionKind } from '../../proxy/sections/section_kind.ts'
import { placesCollide } from '../../radius/udp/listen_place.ts'
import type { Finding } from './connectivity_event.ts'
import type { ListeningPort } from './port_check.ts'

type Config = ConfigFile<ProxySectionKind>

/** The ports that a section listens on. */
export function listListeningPorts(
  section: Section<ProxySectionKind>,
  config: Config,
): ListeningPort[] {
  const { kind } = section
  if (kind.role === 'global') return listMetricsPort(section, config)
  if (kind.options.interface === undefined) return []
  const values = config.values<(typeof ldapServerAuto)['options']>(section)
  const address = values.get('interface')
  const transport = kind.options.radius_ip === undefined ? 'tcp' : 'udp'
  const port: ListeningPort = { transport, address, port: values.get('port'), key: 'port' }
  const hasTls = kind.options.ssl_port !== undefined && values.has('ssl_cert_path')
  if (!hasTls) return [port]
  return [port, { transport, address, port: values.get('ssl_port'), key: 'ssl_port' }]
}

function listMetricsPort(section: Section, config: Config): ListeningPort[] {
  const values = config.values<(typeof mainSection)['options']>(section)
  const [address, port] = [values.get('metrics_interface'), values.get('metrics_port')]
  return port === 0 ? [] : [{ transport: 'tcp', address, port, key: 'metrics_port' }]
}

/**
 * Finds sections before this one that listen at the same place; of two RADIUS sections that the proxy
 * serves, it says so itself.
 */
export function findSharedPlaces(
  section: Section<ProxySectionKind>,
  sections: readonly Section<ProxySectionKind>[],
  config: Config,
): Finding[] {
  const before = sections
    .slice(0, sections.indexOf(section))
    .filter(({ kind }) => kind.read === undefined || section.kind.read === undefined)
  return listListeningPorts(section, config).flatMap((port) =>
    before
      .filter((other) =>
        listListeningPorts(other, config).some(
          (place) => place.transport === port.transport && placesCollide(place, port),
        ),
      )
      .map(
        (other): Finding => ({
          severity: 'error',
          message: `[${section.name}] listens on the same port ${port.port} as [${other.name}] in line ${other.line}`,
          remedy: 'give one of them another port or interface',
          line: section.settings.find(({ key }) => key === port.key)?.entry.line ?? section.line,
        }),
      ),
  )
}
