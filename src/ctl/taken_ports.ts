import type { ProxyStatus, SectionStatus } from '../proxy/control/proxy_status.ts'
import type { ProxyConfig } from '../proxy/sections/proxy_config.ts'
import { placesCollide } from '../radius/udp/listen_place.ts'

type RunningProxy = Pick<ProxyStatus, 'pid'> & {
  readonly sections: readonly Pick<SectionStatus, 'address' | 'port' | 'listening'>[]
}

/**
 * Finds the ports of a configuration that the running proxy could not open after a restart. Those that
 * it has open itself are free by then.
 *
 * @returns Why, one line for each.
 */
export async function findTakenPorts(
  { servers }: ProxyConfig,
  { pid, sections }: RunningProxy,
): Promise<readonly string[]> {
  // loaded only where it is used: it takes a tenth of a second
  const { checkPort } = await import('./connectivity/port_check.ts')
  const { formatFinding } = await import('./connectivity/connectivity_event.ts')
  const lines = await Promise.all(
    servers.map(async ({ name, interfaceAddress: address, port }) => {
      const place = { address, port }
      if (sections.some((section) => section.listening && placesCollide(section, place))) return []
      const findings = await checkPort({ ...place, transport: 'udp', key: 'port' }, pid)
      // a port below 1024 may be closed to this user, but not to that of the service
      return findings
        .filter(({ message }) => !message.startsWith('this user'))
        .map((finding) => `[${name}] ${formatFinding(finding)}`)
    }),
  )
  return lines.flat()
}
