import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import type { Peer } from './access_request.ts'
import { addressNumber } from './client_addresses.ts'

/**
 * Reads how many datagrams the kernel dropped because a socket's receive buffer was full: the last
 * column of /proc/net/udp and /proc/net/udp6 (Linux; 0 elsewhere).
 *
 * @param local Address and port of the socket.
 */
export async function readKernelDrops(local: Peer): Promise<number> {
  try {
    const table = isIPv4(local.address) ? '/proc/net/udp' : '/proc/net/udp6'
    return findDrops(await readFile(table, 'utf8'), local)
  } catch {
    return 0
  }
}

/** Finds a socket's drops in the text of such a table. */
export function findDrops(table: string, local: Peer): number {
  const socket = socketName(local)
  let drops = 0
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/)
    if (columns[1] === socket) drops += Number(columns.at(-1) ?? 0)
  }
  return drops
}

/** Address and port as the kernel prints them: words of four octets in reverse byte order, then the port. */
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
