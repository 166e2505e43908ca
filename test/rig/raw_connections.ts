import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TLSSocket, connect as tlsConnect } from 'node:tls'

/** Idle TCP connections to a port of 127.0.0.1, and how many of them the server has closed. */
export class IdleConnections {
  readonly #sockets: Socket[] = []
  closed = 0

  /** @param from Address of 127.0.0.0/8 that they come from. */
  async open(port: number, count: number, from = '127.0.0.1'): Promise<void> {
    const sockets = Array.from({ length: count }, () =>
      connect({ host: '127.0.0.1', port, localAddress: from }),
    )
    this.#sockets.push(...sockets)
    await Promise.all(sockets.map((socket) => this.#watched(socket)))
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async #watched(socket: Socket): Promise<void> {
    socket.on('error', () => {})
    socket.resume()
    socket.once('close', () => {
      this.closed++
    })
    await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  }
}

/** A TLS connection whose handshake is complete. */
export async function tlsConnection(port: number, from = '127.0.0.1'): Promise<TLSSocket> {
  const tcp = connect({ host: '127.0.0.1', port, localAddress: from })
  const socket = tlsConnect({ socket: tcp, rejectUnauthorized: false })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  return socket
}

/** Resolves when the other side has closed a connection. @returns What it has sent. */
export async function closedByPeer(socket: Socket): Promise<string> {
  let received = ''
  socket.on('data', (chunk) => {
    received += String(chunk)
  })
  if (!socket.closed) await once(socket, 'close')
  return received
}
