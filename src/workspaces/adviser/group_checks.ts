import { isIP } from 'node:net'
import { includesAddress } from '../../radius/udp/client_addresses.ts'
import type { GroupRule, NetworkInterface, SecurityGroup } from '../aws/network_api.ts'
import type { Finding } from '../guide/finding.ts'

const check = 'security-group'

/** One direction between the directory and a proxy. */
interface Direction {
  readonly groups: readonly SecurityGroup[]
  readonly groupIds: readonly string[]
  readonly peer: string
  readonly port: number
}

/**
 * Checks that the security groups of the directory allow UDP to every proxy, and those of the proxies allow it from every
 * controller. Rules name addresses, so a server with a DNS name is only pointed out.
 */
export function checkGroups(
  {
    controllers,
    servers,
    port,
    directoryGroupId,
  }: {
    readonly controllers: readonly string[]
    readonly servers: readonly string[]
    readonly port: number
    readonly directoryGroupId: string | undefined
  },
  interfaces: readonly NetworkInterface[],
  groups: readonly SecurityGroup[],
): Finding[] {
  const groupsOf = (address: string): readonly string[] | undefined =>
    interfaces.find(({ addresses }) => addresses.includes(address))?.groupIds
  const chosen = (ids: readonly string[]) => groups.filter(({ groupId }) => ids.includes(groupId))
  const own = [
    ...new Set([
      ...controllers.flatMap((address) => groupsOf(address) ?? []),
      ...(directoryGroupId === undefined ? [] : [directoryGroupId]),
    ]),
  ]
  return servers.flatMap((server) => {
    if (isIP(server) === 0)
      return [unchecked(server, `Allow UDP ${port} to and from its addresses.`)]
    const outbound = { groups: chosen(own), groupIds: groupsOf(server) ?? [], peer: server, port }
    const findings: Finding[] = allows(outbound, ({ outbound: rules }) => rules)
      ? []
      : [
          {
            severity: 'error',
            check,
            what: `No rule of ${own.join(', ') || "the directory's security group"} allows UDP ${port} to ${server}.`,
            why: 'The requests of the directory never leave it.',
            todo: `Add an outbound rule: UDP ${port} to ${toNetwork(server)}.`,
          },
        ]
    const ids = groupsOf(server)
    if (ids === undefined) {
      findings.push(unchecked(server, `Allow UDP ${port} from ${controllers.join(' and ')} there.`))
      return findings
    }
    for (const controller of controllers) {
      const inbound = { groups: chosen(ids), groupIds: own, peer: controller, port }
      if (allows(inbound, ({ inbound: rules }) => rules)) continue
      findings.push({
        severity: 'error',
        check,
        what: `No rule of ${ids.join(', ')} allows UDP ${port} from ${controller}.`,
        why: `The proxy ${server} never sees the requests of this controller.`,
        todo: `Add an inbound rule: UDP ${port} from ${toNetwork(controller)}.`,
      })
    }
    if (findings.length === 0) {
      const what = `The security groups allow UDP ${port} from every controller to ${server}.`
      findings.push({ severity: 'ok', check, what })
    }
    return findings
  })
}

function allows(
  { groups, groupIds, peer, port }: Direction,
  rulesOf: (group: SecurityGroup) => readonly GroupRule[],
): boolean {
  return groups.flatMap(rulesOf).some(({ protocol, fromPort, toPort, networks, groups: peers }) => {
    if (protocol !== '-1' && protocol !== 'udp' && protocol !== '17') return false
    if (protocol !== '-1' && fromPort !== undefined && port < fromPort) return false
    if (protocol !== '-1' && toPort !== undefined && port > toPort) return false
    return (
      networks.some((network) => isSameFamily(network, peer) && includesAddress(network, peer)) ||
      peers.some((group) => groupIds.includes(group))
    )
  })
}

/** `::/0` does not include IPv4. */
function isSameFamily(network: string, address: string): boolean {
  return network.includes(':') === address.includes(':')
}

function unchecked(server: string, todo: string): Finding {
  const what = `${server} is not the address of a network interface in this account and region, so its security groups were not checked.`
  return { severity: 'note', check, what, todo }
}

/** What a person checks by hand if EC2 can't be asked. */
export function manualGroupChecks({
  directoryId,
  controllers,
  servers,
  port,
}: {
  readonly directoryId: string
  readonly controllers: readonly string[]
  readonly servers: readonly string[]
  readonly port: number
}): readonly string[] {
  const filter = `Name=addresses.private-ip-address,Values=${servers.join(',')}`
  return [
    `outbound, group ${directoryId}_controllers: UDP ${port} to ${servers.map(toNetwork).join(', ')}`,
    `inbound, groups of the proxies: UDP ${port} from ${controllers.map(toNetwork).join(', ')}`,
    `aws ec2 describe-security-groups --filters Name=group-name,Values=${directoryId}_controllers --query 'SecurityGroups[].IpPermissionsEgress'`,
    `aws ec2 describe-network-interfaces --filters ${filter} --query 'NetworkInterfaces[].[PrivateIpAddress,Groups]'`,
  ]
}

function toNetwork(address: string): string {
  if (isIP(address) === 0) return address
  return address.includes(':') ? `${address}/128` : `${address}/32`
}
