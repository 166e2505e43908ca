import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { type Packet, RadiusError, type SharedSecret, verifyReply } from '../index.ts'
import { type RetransmissionTimers, recommendedTimers, waits } from './retransmission.ts'

export interface ExchangeOptions {
  /** Address or name of the server. */
  readonly host: string
  readonly port: number
  readonly secret: SharedSecret
  /** Total time to wait for a reply; 30 s by default. */
  readonly timeoutMs?: number
  /** Overrides of the timers that RFC 5080 §2.2.1 recommends. */
  readonly timers?: Partial<RetransmissionTimers>
  /** Source address, for a machine with several. */
  readonly localAddress?: string
  /** `required`: ignores replies without Message-Authenticator (CVE-2024-3596). */
  readonly messageAuthenticator?: 'required' | 'optional'
  /** A reply that is not authentic, such as one made with another secret. */
  readonly onInvalidReply?: () => void
}

/**
 * Sends a request and waits for an authentic reply; other replies are ignored (RFC 2865 §3). Every
 * transmission has the same octets and the same source port.
 *
 * @param build Encodes the request for an Identifier and a Request Authenticator.
 * @returns The reply, or `undefined` if none arrived in time.
 * @throws An error of the system, such as `ECONNREFUSED` if nothing listens there.
 */
export async function exchange(
  build: (identifier: number, authenticator: Uint8Array) => Uint8Array,
  options: ExchangeOptions,
): Promise<Packet | undefined> {
  const authenticator = randomBytes(16)
  const request = build(randomBytes(1)[0] ?? 0, authenticator)
  const socket = createSocket(isIPv6(options.host) ? 'udp6' : 'udp4')
  try {
    if (options.localAddress !== undefined) {
      socket.bind(0, options.localAddress)
      await once(socket, 'listening')
    }
    // a connected socket receives only from this server, and learns if nothing listens there
    socket.connect(options.port, options.host)
    await once(socket, 'connect')
    return await transmit(request, authenticator, socket, options)
  } finally {
    socket.close()
  }
}

function transmit(
  request: Uint8Array,
  authenticator: Uint8Array,
  socket: Socket,
  options: ExchangeOptions,
): Promise<Packet | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Packet | undefined>()
  const { timeoutMs = recommendedTimers.maxDurationMs } = options
  const timers = { ...recommendedTimers, maxDurationMs: timeoutMs, ...options.timers }
  const pauses = waits(timers, Math.random)
  let timer: NodeJS.Timeout | undefined
  const send = (): void => {
    const pause = pauses.next()
    if (pause.done === true) return resolve(undefined)
    socket.send(request)
    timer = setTimeout(send, pause.value)
  }
  socket.on('error', reject)
  socket.on('message', (datagram) => {
    const reply = findAuthenticReply(datagram, request, authenticator, options)
    if (reply !== undefined) resolve(reply)
  })
  send()
  return promise.finally(() => clearTimeout(timer))
}

function findAuthenticReply(
  datagram: Uint8Array,
  request: Uint8Array,
  authenticator: Uint8Array,
  options: ExchangeOptions,
): Packet | undefined {
  const { secret, messageAuthenticator = 'optional' } = options
  try {
    const reply = verifyReply(datagram, authenticator, secret, { messageAuthenticator })
    return reply.identifier === request[1] ? reply : undefined
  } catch (error) {
    if (!(error instanceof RadiusError)) throw error
    options.onInvalidReply?.()
    return undefined
  }
}
