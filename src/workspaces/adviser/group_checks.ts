import type { GroupRule, NetworkInterface, SecurityGroup } from '../aws/network_api.ts'
import type { Finding } from '../guide/finding.ts'
import { covers } from './directory_checks.ts'

const check = 'security-group'

/** One direction between the directory and a proxy. */
interface Passage {
  readonly groups: readonly SecurityGroup[]
  readonly groupIds: readonly string[]
  readonly peer: string
  readonly port: number
}

/**
 * Checks that the security groups of the directory let UDP out to every proxy, and those of the proxies
 * let it in from every controller.
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
    const outbound = { groups: chosen(own), groupIds: groupsOf(server) ?? [], peer: server, port }
    const findings: Finding[] = allows(outbound, ({ outbound: rules }) => rules)
      ? []
      : [
          {
            severity: 'error',
            check,
            what: `No rule of ${own.join(', ')} lets UDP ${port} out to ${server}.`,
            why: 'The requests of the directory never leave it.',
            todo: `Add an outbound rule: UDP ${port} to ${server}/32.`,
          },
        ]
    const ids = groupsOf(server)
    if (ids === undefined) {
      findings.push({
        severity: 'note',
        check,
        what: `${server} is no network interface of this account and region; its firewall was not checked.`,
        todo: `Allow UDP ${port} from ${controllers.join(' and ')} there.`,
      })
      return findings
    }
    for (const controller of controllers) {
      const inbound = { groups: chosen(ids), groupIds: own, peer: controller, port }
      if (allows(inbound, ({ inbound: rules }) => rules)) continue
      findings.push({
        severity: 'error',
        check,
        what: `No rule of ${ids.join(', ')} lets UDP ${port} in from ${controller}.`,
        why: `The proxy ${server} never sees the requests of this controller.`,
        todo: `Add an inbound rule: UDP ${port} from ${controller}/32.`,
      })
    }
    if (findings.length === 0) {
      const what = `The security groups let UDP ${port} pass from every controller to ${server}.`
      findings.push({ severity: 'ok', check, what })
    }
    return findings
  })
}

function allows(
  { groups, groupIds, peer, port }: Passage,
  rulesOf: (group: SecurityGroup) => readonly GroupRule[],
): boolean {
  return groups.flatMap(rulesOf).some(({ protocol, fromPort, toPort, networks, groups: peers }) => {
    if (protocol !== '-1' && protocol !== 'udp' && protocol !== '17') return false
    if (protocol !== '-1' && fromPort !== undefined && port < fromPort) return false
    if (protocol !== '-1' && toPort !== undefined && port > toPort) return false
    return (
      networks.some((network) => covers(network, peer)) ||
      peers.some((group) => groupIds.includes(group))
    )
  })
}

/** What a person checks by hand, if EC2 can't be asked. */
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
    `outbound, group ${directoryId}_controllers: UDP ${port} to ${servers.map(network).join(', ')}`,
    `inbound, groups of the proxies: UDP ${port} from ${controllers.map(network).join(', ')}`,
    `aws ec2 describe-security-groups --filters Name=group-name,Values=${directoryId}_controllers --query 'SecurityGroups[].IpPermissionsEgress'`,
    `aws ec2 describe-network-interfaces --filters ${filter} --query 'NetworkInterfaces[].[PrivateIpAddress,Groups]'`,
  ]
}

function network(address: string): string {
  return address.includes(':') ? `${address}/128` : `${address}/32`
}
