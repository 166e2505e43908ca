import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Connection } from './connection_queue.ts'

/**
 * Finds the connection of a request. Node offers no way from a TLS socket to the TCP socket below it, so
 * the TLS socket is matched once by the addresses and ports of its peer, and then kept in a WeakMap.
 */
export class ConnectionIndex {
  readonly #byPeer = new Map<string, Connection>()
  readonly #byHandle = new WeakMap<object, Connection>()

  /** Adds an accepted connection; it is removed when its socket closes. */
  add(connection: Connection): void {
    const { socket } = connection
    const peer = describePeer(socket)
    this.#byPeer.set(peer, connection)
    socket.once('close', () => {
      if (this.#byPeer.get(peer) === connection) this.#byPeer.delete(peer)
    })
  }

  /** @returns The connection of a TLS socket whose handshake is complete. */
  secured(socket: TLSSocket): Connection | undefined {
    const connection = this.#byPeer.get(describePeer(socket))
    if (connection !== undefined) this.#byHandle.set(socket, connection)
    return connection
  }

  /** Makes `find` know another handle of the connection, such as an HTTP/2 session. */
  link(socket: TLSSocket, handle: object): void {
    const connection = this.#byHandle.get(socket)
    if (connection !== undefined) this.#byHandle.set(handle, connection)
  }

  /** @param handle A TLS socket, or what was linked to one. */
  find(handle: object): Connection | undefined {
    return this.#byHandle.get(handle)
  }
}

function describePeer({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`
}
