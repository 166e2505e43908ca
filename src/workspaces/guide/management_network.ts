import type { Finding } from './finding.ts'

/**
 * The networks in which the controllers of a directory are managed: 192.168.1.0/24 and 192.168.2.0/24 in a
 * VPC that begins with 10, otherwise 10.0.1.0/24 and 10.0.2.0/24. Only the first octet of the VPC decides.
 */
function managementNetworks(vpcCidr: string): readonly string[] {
  return vpcCidr.startsWith('10.') ? ['192.168.1.', '192.168.2.'] : ['10.0.1.', '10.0.2.']
}

/** Finds proxies that the directory can't reach, because their addresses belong to its own networks. */
export function judgeManagementNetwork(
  vpcCidr: string,
  servers: readonly string[],
): readonly Finding[] {
  const networks = managementNetworks(vpcCidr)
  const shown = networks.map((start) => `${start}0/24`).join(' and ')
  const hidden = servers.filter((server) => networks.some((start) => server.startsWith(start)))
  if (hidden.length === 0) {
    return [
      {
        severity: 'ok',
        check: 'management-network',
        what: `No RADIUS server is in the directory's management network (${shown}, for a VPC of ${vpcCidr}).`,
      },
    ]
  }
  return hidden.map((server) => ({
    severity: 'error',
    check: 'management-network',
    what: `${server} is in the directory's management network (${shown}, for a VPC of ${vpcCidr}).`,
    why: 'The controllers send packets for these networks to AWS itself; they never reach the proxy.',
    todo: 'Give the proxy another address, or put a network load balancer with one before it.',
  }))
}
