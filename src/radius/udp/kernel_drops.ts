import { readFile } from 'node:fs/promises'

/**
 * How many datagrams the kernel dropped at a socket of ours because its receive buffer was full:
 * the last column of /proc/net/udp (Linux; elsewhere 0).
 *
 * @param port Local port of the socket.
 */
export async function kernelDrops(port: number, family: 'udp4' | 'udp6'): Promise<number> {
  const table = family === 'udp4' ? '/proc/net/udp' : '/proc/net/udp6'
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  let text: string
  try {
    text = await readFile(table, 'utf8')
  } catch {
    return 0
  }
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(local))
    .reduce((drops, columns) => drops + Number(columns.at(-1) ?? 0), 0)
}
