import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { errorText } from '../../host/error_text.ts'
import type { ListenPlace } from '../../radius/udp/listen_place.ts'
import type { Finding } from './connectivity_event.ts'
import { findParent, findPortOwner, findProcessUid, type PortOwner } from './port_owner.ts'
import { errorCode } from './probe.ts'

/** A port that a section listens on. */
export interface ListeningPort extends ListenPlace {
  readonly transport: 'udp' | 'tcp'
  /** Key of the configuration with the port. */
  readonly key: string
}

/**
 * Tries to open a port.
 *
 * @param proxyPid Process of the running proxy, whose open ports, and those of its workers, are no problem.
 */
export async function checkPort(
  place: ListeningPort,
  proxyPid: number | undefined,
): Promise<Finding[]> {
  try {
    await (place.transport === 'udp' ? openUdp(place) : openTcp(place))
    return []
  } catch (error) {
    return explain(error, place, proxyPid)
  }
}

async function openUdp({ address = '0.0.0.0', port }: ListeningPort): Promise<void> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' })
  try {
    const opened = once(socket, 'listening')
    socket.bind({ address, port, exclusive: true })
    await opened
  } finally {
    socket.close()
  }
}

async function openTcp({ address = '0.0.0.0', port }: ListeningPort): Promise<void> {
  const server = createServer()
  const opened = once(server, 'listening')
  server.listen({ host: address, port, exclusive: true })
  await opened
  server.close()
  await once(server, 'close')
}

function explain(error: unknown, place: ListeningPort, proxyPid: number | undefined): Finding[] {
  const { transport, port, address = '', key } = place
  const what = `${transport.toUpperCase()} port ${port}`
  switch (errorCode(error)) {
    case 'EADDRINUSE': {
      const owner = findPortOwner(transport, port)
      if (isProxy(owner, proxyPid)) return []
      return [
        {
          severity: 'error',
          message: `${what} is in use by ${describeOwner(owner)}`,
          remedy: `stop it, or set ${key}= to another port`,
        },
      ]
    }
    case 'EACCES':
      return [
        {
          severity: 'error',
          message: `this user may not open ${what}, which is below 1024`,
          remedy: `set ${key}= to a port above 1023, or give the service the capability CAP_NET_BIND_SERVICE; run as root, this check can't fail`,
        },
      ]
    case 'EADDRNOTAVAIL':
      return [
        {
          severity: 'error',
          message: `interface ${address} is not an address of this machine`,
          remedy: `write one of ${listAddresses().join(', ')}`,
        },
      ]
    case 'EAFNOSUPPORT':
      return [
        {
          severity: 'error',
          message: 'this machine has no IPv6',
          remedy: 'leave interface out for IPv4',
        },
      ]
    default:
      return [{ severity: 'error', message: `${what} can't be opened (${errorText(error)})` }]
  }
}

/** If the process is not visible, a socket of the user of the proxy is assumed to be the proxy's. */
function isProxy(owner: PortOwner | undefined, proxyPid: number | undefined): boolean {
  if (owner === undefined || proxyPid === undefined) return false
  const { pid, uid } = owner
  if (pid === undefined) return uid === findProcessUid(proxyPid)
  // workers hold the ports of a proxy that has several
  return pid === proxyPid || findParent(pid) === proxyPid
}

function describeOwner(owner: PortOwner | undefined): string {
  if (owner === undefined) return 'another program'
  const { pid, program, uid } = owner
  return pid === undefined
    ? `a program of the user with id ${uid} (run this as root to see which)`
    : `${program ?? 'another program'} (process ${pid})`
}

function listAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address)
    .filter((address) => !address.startsWith('fe80:'))
}
