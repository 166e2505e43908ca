import { lookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { errorText } from '../../host/error_text.ts'
import type { Finding } from './connectivity_event.ts'
import { errorCode, limited, type Probe, ProbeTimeout } from './probe.ts'

/** Where to connect, and the keys of the configuration that say so. */
export interface Destination {
  readonly host: string
  readonly port: number
  readonly hostKey: string
  readonly portKey: string
}

/** A connection, or what is wrong. */
export type TcpResult =
  | { readonly socket: Socket; readonly findings: readonly Finding[] }
  | { readonly socket?: never; readonly findings: readonly Finding[] }

const maxAddresses = 4

/**
 * Resolves a name and connects to its addresses in turn; the first connection that works is returned,
 * and addresses before it that did not work are a warning.
 */
export async function checkTcp(to: Destination, probe: Probe): Promise<TcpResult> {
  const resolved = await resolveHost(to, probe)
  if ('finding' in resolved) return { findings: [resolved.finding] }
  const findings: Finding[] = []
  for (const address of resolved.addresses.slice(0, maxAddresses)) {
    try {
      const socket = await openSocket(address, to.port, probe)
      return { socket, findings: findings.map((finding) => ({ ...finding, severity: 'warn' })) }
    } catch (error) {
      findings.push(explainConnect(error, address, to))
    }
  }
  return { findings }
}

export function formatPlace({ host, port }: { host: string; port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

async function resolveHost(
  { host, hostKey }: Destination,
  probe: Probe,
): Promise<{ readonly addresses: readonly string[] } | { readonly finding: Finding }> {
  if (isIP(host) !== 0) return { addresses: [host] }
  try {
    const found = await limited(lookup(host, { all: true }), probe)
    return { addresses: found.map(({ address }) => address) }
  } catch (error) {
    const code = errorCode(error)
    const isSilent = error instanceof ProbeTimeout || code === 'EAI_AGAIN'
    return {
      finding: {
        severity: 'error',
        message: isSilent
          ? `the DNS server does not answer the question for ${host} (${code || errorText(error)})`
          : `the name ${host} does not resolve (${code || errorText(error)})`,
        remedy: isSilent
          ? 'check the name servers in /etc/resolv.conf, and that firewalls let DNS (port 53) through'
          : `check ${hostKey} for typing errors, and that the DNS of this machine knows the name`,
      },
    }
  }
}

async function openSocket(address: string, port: number, probe: Probe): Promise<Socket> {
  const socket = connect({ host: address, port })
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  try {
    await limited(connected, probe)
    return socket
  } catch (error) {
    connected.catch(() => {})
    socket.destroy()
    throw error
  }
}

function explainConnect(error: unknown, address: string, to: Destination): Finding {
  const named = address === to.host ? '' : ` (${to.host})`
  const place = `${formatPlace({ host: address, port: to.port })}${named}`
  const code = errorCode(error)
  switch (code) {
    case 'ECONNREFUSED':
      return {
        severity: 'error',
        message: `${place} refuses the connection`,
        remedy: `check ${to.hostKey} and ${to.portKey}, and that the program there is running`,
      }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return {
        severity: 'error',
        message: `this machine has no route to ${place} (${code})`,
        remedy: 'check its network, default gateway and firewalls',
      }
    default:
      return {
        severity: 'error',
        message:
          error instanceof ProbeTimeout || code === 'ETIMEDOUT'
            ? `${place} does not answer`
            : `can't connect to ${place} (${code || errorText(error)})`,
        remedy: `check ${to.hostKey} and ${to.portKey}, and that firewalls let TCP port ${to.port} out`,
      }
  }
}
