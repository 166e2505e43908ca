import { silentLog } from '../../host/log.ts'
import { type ListenPlace, placesCollide } from '../../radius/udp/listen_place.ts'
import { UdpSocket } from '../../radius/udp/udp_socket.ts'
import { toListenError } from '../listen_error.ts'
import type { ProxyConfig, ServerSection } from '../sections/proxy_config.ts'

/**
 * Checks that nothing else listens where the workers will: sockets of workers share their places with any
 * other socket of this account that asks for it, so only an exclusive one shows that a place is free.
 * A port 0 is replaced by a free one, the same for all workers.
 *
 * @param held Where the workers listen already.
 * @returns The configuration with the ports.
 * @throws {ListenError} if a place can't be used.
 */
export async function reservePlaces(
  config: ProxyConfig,
  held: readonly ListenPlace[],
): Promise<ProxyConfig> {
  const sockets: UdpSocket[] = []
  try {
    const servers: ServerSection[] = []
    for (const section of config.servers) {
      const place = { address: section.interfaceAddress, port: section.port }
      if (held.some((other) => placesCollide(place, other))) {
        servers.push(section)
        continue
      }
      const socket = await bindAlone(section, place)
      sockets.push(socket)
      servers.push({ ...section, port: socket.address.port })
    }
    return { ...config, servers }
  } finally {
    await Promise.all(sockets.map((socket) => socket.close()))
  }
}

async function bindAlone(section: ServerSection, place: ListenPlace): Promise<UdpSocket> {
  const ignored = (): void => {}
  const options = { receive: ignored, sendError: ignored, log: silentLog, recvBufferSize: 65_536 }
  try {
    return await UdpSocket.bind(place, options)
  } catch (error) {
    throw toListenError(section, place, 'UDP', error)
  }
}
