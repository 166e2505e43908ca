import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'

/** Address and port of one end of a datagram. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** Receives the datagrams that carry one Identifier. */
export type DatagramListener = (datagram: Uint8Array, from: Endpoint) => void

const identifiers = 256

/** A bound UDP port of a controller. At most 256 requests can be in flight on it, one per Identifier. */
export class SourcePort {
  readonly local: Endpoint
  readonly #socket: Socket
  readonly #listeners = new Map<number, DatagramListener>()
  #next: number
  #isClosed = false

  private constructor(socket: Socket, firstIdentifier: number, onStray: DatagramListener) {
    const { address, port } = socket.address()
    this.local = { address, port }
    this.#socket = socket
    this.#next = firstIdentifier
    socket.on('message', (datagram, { address: sender, port: senderPort }) => {
      const listener = this.#listeners.get(datagram[1] ?? 0) ?? onStray
      listener(datagram, { address: sender, port: senderPort })
    })
    // the system reports errors of single datagrams; each looks like a lost one
    socket.on('error', () => {})
  }

  /**
   * @param address Address of the controller.
   * @param onStray Called for a datagram whose Identifier is not in flight.
   * @throws A system error if the address is not one of this machine.
   */
  static async open(
    address: string,
    firstIdentifier: number,
    onStray: DatagramListener,
  ): Promise<SourcePort> {
    const family = isIPv6(address) ? 6 : 4
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // peers are addresses, so that a name lookup would only cost time
      lookup: (host, _options, done) => done(null, host, family),
    })
    try {
      const listening = once(socket, 'listening')
      socket.bind(0, address)
      await listening
    } catch (error) {
      socket.close()
      throw error
    }
    return new SourcePort(socket, firstIdentifier, onStray)
  }

  /** @returns An Identifier that is not in flight, `undefined` if all are. */
  claim(listener: DatagramListener): number | undefined {
    if (this.#listeners.size === identifiers) return undefined
    while (this.#listeners.has(this.#next)) this.#next = (this.#next + 1) % identifiers
    const identifier = this.#next
    this.#next = (identifier + 1) % identifiers
    this.#listeners.set(identifier, listener)
    return identifier
  }

  /** Waits for one given Identifier, for a packet that is sent again. */
  claimIdentifier(identifier: number, listener: DatagramListener): void {
    this.#listeners.set(identifier, listener)
  }

  release(identifier: number): void {
    this.#listeners.delete(identifier)
  }

  send(datagram: Uint8Array, { address, port }: Endpoint): void {
    if (!this.#isClosed) this.#socket.send(datagram, port, address, () => {})
  }

  close(): void {
    this.#isClosed = true
    this.#socket.close()
  }
}
