import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import type { Peer } from './access_request.ts'
import { addressNumber } from './client_addresses.ts'

/**
 * How many datagrams the kernel dropped at a socket of ours because its receive buffer was full:
 * the last column of /proc/net/udp and /proc/net/udp6 (Linux; elsewhere 0).
 *
 * @param local Address and port that the socket is bound to.
 */
export async function kernelDrops(local: Peer): Promise<number> {
  try {
    const table = isIPv4(local.address) ? '/proc/net/udp' : '/proc/net/udp6'
    return dropsIn(await readFile(table, 'utf8'), local)
  } catch {
    return 0
  }
}

/** What such a table, as text, says of a socket. */
export function dropsIn(table: string, local: Peer): number {
  const socket = socketName(local)
  let drops = 0
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/)
    if (columns[1] === socket) drops += Number(columns.at(-1) ?? 0)
  }
  return drops
}

/** Address and port as the kernel prints them: words of four octets, each backwards, then the port. */
function socketName({ address, port }: Peer): string {
  const octets = isIPv4(address) ? 4 : 16
  const digits = addressNumber(address)
    .toString(16)
    .padStart(32, '0')
    .slice(-2 * octets)
  const words = digits.match(/.{8}/g) ?? []
  const backwards = words.map((word) => (word.match(/../g) ?? []).reverse().join(''))
  return `${backwards.join('')}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}
