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
  /** How long to wait for a reply altogether; 30 s where it is not given. */
  readonly timeoutMs?: number
  /** When to send again: as RFC 5080 §2.2.1 recommends, as far as it is not given here. */
  readonly timers?: Partial<RetransmissionTimers>
  /** Address to send from, where the machine has several. */
  readonly localAddress?: string
  /** `required`: a reply without Message-Authenticator is not believed (CVE-2024-3596). */
  readonly messageAuthenticator?: 'required' | 'optional'
}

/**
 * Sends a request and awaits a reply to it that is genuine; what is not is ignored, as if it had
 * not come (RFC 2865 §3). Each transmission has the same octets and the same source port.
 *
 * @param build Lays out the request for an identifier and a Request Authenticator.
 * @returns The reply, or `undefined` where none came in time.
 * @throws An error of the system's, `ECONNREFUSED` where nothing listens there.
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
    // a connected socket hears of nobody else, and of a port where nothing listens
    socket.connect(options.port, options.host)
    await once(socket, 'connect')
    return await transmitted(request, authenticator, socket, options)
  } finally {
    socket.close()
  }
}

function transmitted(
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
  const transmit = (): void => {
    const pause = pauses.next()
    if (pause.done === true) return resolve(undefined)
    socket.send(request)
    timer = setTimeout(transmit, pause.value)
  }
  socket.on('error', reject)
  socket.on('message', (datagram) => {
    const reply = genuineReply(datagram, request, authenticator, options)
    if (reply !== undefined) resolve(reply)
  })
  transmit()
  return promise.finally(() => clearTimeout(timer))
}

function genuineReply(
  datagram: Uint8Array,
  request: Uint8Array,
  authenticator: Uint8Array,
  { secret, messageAuthenticator = 'optional' }: ExchangeOptions,
): Packet | undefined {
  try {
    const reply = verifyReply(datagram, authenticator, secret, { messageAuthenticator })
    return reply.identifier === request[1] ? reply : undefined
  } catch (error) {
    if (error instanceof RadiusError) return undefined
    throw error
  }
}
