import { isIPv4 } from 'node:net'
import { type AddressRange, addressNumber } from '../../radius/udp/client_addresses.ts'
import { isUnspecified } from '../../radius/udp/dual_stack.ts'
import type { Report } from './problem.ts'
import type { RadiusServerSection } from './proxy_config.ts'
import { parseRange } from './radius_clients.ts'
import type { Section } from './section.ts'

/** Reports every two servers that need the same socket. */
export function reportSharedPorts(
  sections: readonly Section[],
  servers: readonly RadiusServerSection[],
  report: Report,
): void {
  const before: { readonly server: RadiusServerSection; readonly line: number }[] = []
  for (const server of servers) {
    const line = lineOfPort(sections, server)
    const other = before.find((one) => collide(one.server, server))
    before.push({ server, line })
    if (other === undefined) continue
    report(
      'error',
      line,
      `[${server.name}] listens on the same port ${server.port} as [${other.server.name}] in line ${other.line}; give one of them another port or interface`,
    )
  }
}

/** `undefined` is every IPv4 address; `::` is every address of both families. */
function collide(one: RadiusServerSection, other: RadiusServerSection): boolean {
  if (one.port !== other.port) return false
  const [first, second] = [toListenPlace(one), toListenPlace(other)]
  if (first.address !== 0n && second.address !== 0n) return first.address === second.address
  return (first.ipv4 && second.ipv4) || (first.ipv6 && second.ipv6)
}

interface Place {
  /** As a number; 0 for every address of the families. */
  readonly address: bigint
  readonly ipv4: boolean
  readonly ipv6: boolean
}

function toListenPlace({ interfaceAddress = '0.0.0.0' }: RadiusServerSection): Place {
  const ipv4 = isIPv4(interfaceAddress)
  const address = isUnspecified(interfaceAddress) ? 0n : addressNumber(interfaceAddress)
  return { address, ipv4: ipv4 || address === 0n, ipv6: !ipv4 }
}

/** Reports every client whose requests can't arrive, since its section listens on the other family. */
export function reportUnheardClients(
  sections: readonly Section[],
  servers: readonly RadiusServerSection[],
  report: Report,
): void {
  for (const server of servers) {
    const section = sections.find(({ name }) => name === server.name)
    const place = toListenPlace(server)
    for (const { entry, number, option } of section?.settings ?? []) {
      if (option.key !== 'radius_ip' || isMisread(server, sections)) continue
      const range = parseRange(entry.value)
      if (range === undefined) continue
      if ((place.ipv4 && hasIpv4(range)) || (place.ipv6 && hasIpv6(range))) continue
      const [wanted, found] = place.ipv4 ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6']
      report(
        'error',
        entry.line,
        `radius_ip_${number} is ${wanted}, but [${server.name}] listens on ${found} only; set interface=:: to listen on both`,
      )
    }
  }
}

/** A wrong `interface` is reported elsewhere and says nothing about families. */
function isMisread(server: RadiusServerSection, sections: readonly Section[]): boolean {
  if (server.interfaceAddress !== undefined) return false
  return sections.some(
    ({ name, kind, settings }) =>
      (name === server.name || kind.name === 'main') &&
      settings.some(({ option }) => option.key === 'interface'),
  )
}

const firstIpv4 = 0xffff_0000_0000n
const lastIpv4 = 0xffff_ffff_ffffn

function hasIpv4({ first, last }: AddressRange): boolean {
  return first <= lastIpv4 && last >= firstIpv4
}

function hasIpv6({ first, last }: AddressRange): boolean {
  return first < firstIpv4 || last > lastIpv4
}

function lineOfPort(sections: readonly Section[], { name }: RadiusServerSection): number {
  const section = sections.find((candidate) => candidate.name === name)
  const port = section?.settings.find(({ option }) => option.key === 'port')
  return port?.entry.line ?? section?.line ?? 1
}
