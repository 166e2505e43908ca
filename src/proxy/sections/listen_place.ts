import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import type { AddressRange } from '../../radius/udp/client_addresses.ts'
import { type ListenPlace, listenFamilies, placesCollide } from '../../radius/udp/listen_place.ts'
import type { radiusServerOptions } from './radius_server_options.ts'

type Values = SectionValues<typeof radiusServerOptions>

/** Reports every two servers that need the same socket. */
export function reportSharedPorts(servers: readonly Values[], report: Report): void {
  for (const [index, server] of servers.entries()) {
    const other = servers
      .slice(0, index)
      .find((before) => placesCollide(toListenPlace(before), toListenPlace(server)))
    if (other === undefined) continue
    const message = `[${server.section.name}] listens on the same port ${server.get('port')} as [${other.section.name}] in line ${other.line('port')}; give one of them another port or interface`
    report('error', server.line('port'), message)
  }
}

/** Reports every client of the address family that its section does not listen on. */
export function reportUnheardClients(servers: readonly Values[], report: Report): void {
  for (const server of servers) {
    const hasWrongInterface = server.get('interface') === undefined && server.has('interface')
    if (hasWrongInterface) continue
    const families = listenFamilies(toListenPlace(server))
    for (const { value, number, line } of server.list('radius_ip')) {
      const { range } = value
      if ((families.ipv4 && hasIpv4(range)) || (families.ipv6 && hasIpv6(range))) continue
      const [wanted, found] = families.ipv4 ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6']
      const message = `radius_ip_${number} is ${wanted}, but [${server.section.name}] listens on ${found} only; set interface=:: to listen on both`
      report('error', line, message)
    }
  }
}

function toListenPlace(server: Values): ListenPlace {
  return { address: server.get('interface'), port: server.get('port') }
}

const firstIpv4 = 0xffff_0000_0000n
const lastIpv4 = 0xffff_ffff_ffffn

function hasIpv4({ first, last }: AddressRange): boolean {
  return first <= lastIpv4 && last >= firstIpv4
}

function hasIpv6({ first, last }: AddressRange): boolean {
  return first < firstIpv4 || last > lastIpv4
}
