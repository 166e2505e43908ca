import { isIPv4 } from 'node:net'
import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { type AddressRange, addressNumber } from '../../radius/udp/client_addresses.ts'
import { isUnspecified } from '../../radius/udp/dual_stack.ts'
import type { radiusServerOptions } from './radius_server_options.ts'

type Values = SectionValues<typeof radiusServerOptions>

/** Reports every two servers that need the same socket. */
export function reportSharedPorts(servers: readonly Values[], report: Report): void {
  for (const [index, server] of servers.entries()) {
    const other = servers.slice(0, index).find((before) => collide(before, server))
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
    const place = toListenPlace(server)
    for (const { value, number, line } of server.list('radius_ip')) {
      const { range } = value
      if ((place.ipv4 && hasIpv4(range)) || (place.ipv6 && hasIpv6(range))) continue
      const [wanted, found] = place.ipv4 ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6']
      const message = `radius_ip_${number} is ${wanted}, but [${server.section.name}] listens on ${found} only; set interface=:: to listen on both`
      report('error', line, message)
    }
  }
}

interface ListenPlace {
  /** As a number; 0 for every address of the families. */
  readonly address: bigint
  readonly ipv4: boolean
  readonly ipv6: boolean
}

/** Without `interface`, a server listens on every IPv4 address; `::` is every address of both families. */
function toListenPlace(server: Values): ListenPlace {
  const interfaceAddress = server.get('interface') ?? '0.0.0.0'
  const ipv4 = isIPv4(interfaceAddress)
  const address = isUnspecified(interfaceAddress) ? 0n : addressNumber(interfaceAddress)
  return { address, ipv4: ipv4 || address === 0n, ipv6: !ipv4 }
}

function collide(one: Values, other: Values): boolean {
  if (one.get('port') !== other.get('port')) return false
  const [first, second] = [toListenPlace(one), toListenPlace(other)]
  if (first.address !== 0n && second.address !== 0n) return first.address === second.address
  return (first.ipv4 && second.ipv4) || (first.ipv6 && second.ipv6)
}

const firstIpv4 = 0xffff_0000_0000n
const lastIpv4 = 0xffff_ffff_ffffn

function hasIpv4({ first, last }: AddressRange): boolean {
  return first <= lastIpv4 && last >= firstIpv4
}

function hasIpv6({ first, last }: AddressRange): boolean {
  return first < firstIpv4 || last > lastIpv4
}
