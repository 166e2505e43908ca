import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4, isIPv6 } from 'node:net'
import type { Log } from '../../host/log.ts'
import type { Peer } from './access_request.ts'
import { ipv4In, isUnspecified, warnWithoutIpv4 } from './dual_stack.ts'
import type { ListenPlace } from './listen_place.ts'
import { raiseReceiveBuffer } from './receive_buffer.ts'

export interface UdpSocketOptions {
  readonly receive: (datagram: Uint8Array, from: Peer) => void
  readonly sendError: (to: Peer, error: Error) => void
  readonly log: Log
  /** Receive buffer to request from the system, in octets. */
  readonly recvBufferSize: number
  /** Other sockets of this account may be bound to the same place (`SO_REUSEPORT`). */
  readonly isShared?: boolean
}

/** A bound UDP socket. On `::` it also receives IPv4, and reports those peers by their IPv4 address. */
export class UdpSocket {
  readonly #socket: Socket
  readonly #options: UdpSocketOptions
  readonly #isIpv6: boolean
  readonly #isDualStack: boolean

  /** @throws An error of the system: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` or `EAFNOSUPPORT`. */
  static async bind({ address, port }: ListenPlace, options: UdpSocketOptions): Promise<UdpSocket> {
    const socket = new UdpSocket(address ?? '0.0.0.0', options)
    await socket.#bind(address ?? '0.0.0.0', port)
    return socket
  }

  private constructor(address: string, options: UdpSocketOptions) {
    this.#options = options
    this.#isIpv6 = isIPv6(address)
    this.#isDualStack = this.#isIpv6 && isUnspecified(address)
    this.#socket = createSocket({
      type: this.#isIpv6 ? 'udp6' : 'udp4',
      ipv6Only: this.#isIpv6 && !this.#isDualStack,
      reusePort: options.isShared === true,
      // peers are addresses, so a name lookup would only cost time
      lookup: (host, _options, done) => done(null, host, this.#isIpv6 ? 6 : 4),
    })
    this.#socket.on('message', (datagram, { address: sender, port }) => {
      const ipv4 = this.#isDualStack ? ipv4In(sender) : undefined
      options.receive(datagram, { address: ipv4 ?? sender, port })
    })
  }

  async #bind(address: string, port: number): Promise<void> {
    const { log, recvBufferSize } = this.#options
    try {
      // before bind, because the event may be emitted at once
      const listening = once(this.#socket, 'listening')
      this.#socket.bind({ port, address })
      await listening
    } catch (error) {
      await this.close()
      throw error
    }
    this.#socket.on('error', (error) => log.warn(`RADIUS socket: ${error.message}`))
    raiseReceiveBuffer(this.#socket, recvBufferSize, log)
    if (this.#isDualStack) warnWithoutIpv4(log)
  }

  get address(): Peer {
    const { address, port } = this.#socket.address()
    return { address, port }
  }

  send(datagram: Uint8Array, to: Peer): void {
    const address = this.#isDualStack && isIPv4(to.address) ? `::ffff:${to.address}` : to.address
    this.#socket.send(datagram, to.port, address, (error) => {
      if (error !== null) this.#options.sendError(to, error)
    })
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }
}
