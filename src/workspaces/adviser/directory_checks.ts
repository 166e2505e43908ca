import { includesAddress } from '../../radius/udp/client_addresses.ts'
import type { AwsDirectory } from '../aws/directory_service.ts'
import type { Finding } from '../guide/finding.ts'
import type { ProxyFile } from './proxy_file.ts'

/** Compares the addresses of the controllers with `radius_ip_N` of each proxy. */
export function checkAddresses(
  { controllers, dnsAddresses, type }: AwsDirectory,
  files: readonly ProxyFile[],
): Finding[] {
  const source = type === 'ADConnector' ? 'ConnectIps' : 'DnsIpAddrs'
  const check = 'controller-addresses'
  if (controllers.length === 0) {
    return [
      {
        severity: 'error',
        check,
        what: `AWS names no controllers of this directory (${source} is empty).`,
        why: 'Without their addresses, no proxy can answer them.',
        todo: 'Wait until the stage of the directory is Active, then run this again.',
      },
    ]
  }
  return files.flatMap(({ file, clients }) => {
    const missing = controllers.filter(
      (controller) => !clients.some(({ addresses }) => includesAddress(addresses, controller)),
    )
    const isConfused =
      type === 'ADConnector' &&
      dnsAddresses.some((dns) => clients.some(({ addresses }) => addresses === dns))
    const confusion: Finding[] = isConfused
      ? [
          {
            severity: 'warning',
            check,
            what: `${file} has a DNS address of the directory as a RADIUS client.`,
            why: 'For an AD Connector, DnsIpAddrs are your own DNS servers. They send no RADIUS requests.',
            todo: `Use the controllers instead: ${controllers.join(', ')}.`,
          },
        ]
      : []
    if (missing.length === 0) {
      const all = controllers.join(', ')
      return [
        { severity: 'ok', check, what: `${file} allows every controller: ${all}.` },
        ...confusion,
      ]
    }
    return [
      ...missing.map(
        (controller): Finding => ({
          severity: 'error',
          check,
          what: `${file} does not allow the controller ${controller}.`,
          why: 'The proxy drops its requests. The status becomes Failed, or sign-ins fail whenever this controller is used.',
          todo: `Add radius_ip_${clients.length + 1}=${controller} with the same secret, and run authproxyctl reload.`,
        }),
      ),
      ...confusion,
    ]
  })
}
