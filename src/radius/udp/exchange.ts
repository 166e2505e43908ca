import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Packet, SharedSecret } from '../index.ts'
import { RadiusError, verifyReply } from '../index.ts'

export interface ExchangeOptions {
  readonly host: string
  readonly port: number
  readonly secret: SharedSecret
  /** How long one transmission waits for its reply. */
  readonly timeoutMs?: number
  /** Transmissions altogether; each sends the same octets from the same port (RFC 5080 §2.2.1). */
  readonly tries?: number
}

/**
 * Sends a request and awaits a reply to it that is genuine; what is not is ignored, as if it had
 * not come (RFC 2865 §3).
 *
 * @param build Lays out the request for an identifier and a Request Authenticator.
 * @returns The reply, or `undefined` where none came in time.
 */
export async function exchange(
  build: (identifier: number, authenticator: Uint8Array) => Uint8Array,
  options: ExchangeOptions,
): Promise<Packet | undefined> {
  const authenticator = randomBytes(16)
  const request = build(randomBytes(1)[0] ?? 0, authenticator)
  const socket = createSocket(isIPv6(options.host) ? 'udp6' : 'udp4')
  try {
    return await new Promise((resolve, reject) => {
      let left = options.tries ?? 1
      let timer: NodeJS.Timeout | undefined
      const transmit = (): void => {
        if (left === 0) return resolve(undefined)
        left--
        socket.send(request, options.port, options.host)
        timer = setTimeout(transmit, options.timeoutMs ?? 2000)
      }
      socket.on('error', reject)
      socket.on('message', (datagram) => {
        const reply = genuineReply(datagram, request, authenticator, options.secret)
        if (reply === undefined) return
        clearTimeout(timer)
        resolve(reply)
      })
      transmit()
    })
  } finally {
    socket.close()
  }
}

function genuineReply(
  datagram: Uint8Array,
  request: Uint8Array,
  authenticator: Uint8Array,
  secret: SharedSecret,
): Packet | undefined {
  try {
    const reply = verifyReply(datagram, authenticator, secret)
    return reply.identifier === request[1] ? reply : undefined
  } catch (error) {
    if (error instanceof RadiusError) return undefined
    throw error
  }
}
