import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { setTimeout as elapsed } from 'node:timers/promises'
import { Code, encodeAccessRequest, SharedSecret, verifyReply } from '../../src/radius/index.ts'

/** A verified reply. */
export interface LoginReply {
  readonly accepted: boolean
  /** By `performance.now()`. */
  readonly at: number
}

const identifiersOfSocket = 250

/** Logins with the word `push`, each sent once from its own port and Identifier. */
export class RadiusLogins {
  readonly replies = new Map<string, LoginReply>()
  readonly #port: number
  readonly #secret: SharedSecret
  readonly #sockets: Socket[] = []

  constructor(options: { readonly port: number; readonly secret: string }) {
    this.#port = options.port
    this.#secret = new SharedSecret(options.secret)
  }

  /** Sends them at a steady rate. */
  async send(usernames: readonly string[], ratePerSec: number): Promise<void> {
    const began = performance.now()
    const password = new TextEncoder().encode('push')
    let flow = new Map<number, Sent>()
    for (const [index, username] of usernames.entries()) {
      const identifier = index % identifiersOfSocket
      if (identifier === 0) flow = await this.#openSocket()
      const dueMs = began + (index * 1_000) / ratePerSec - performance.now()
      if (dueMs > 5) await elapsed(dueMs)
      const authenticator = randomBytes(16)
      const parts = { username, password }
      const request = encodeAccessRequest(identifier, authenticator, this.#secret, parts)
      flow.set(identifier, { username, authenticator })
      this.#sockets.at(-1)?.send(request, this.#port, '127.0.0.1')
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.close()
  }

  async #openSocket(): Promise<Map<number, Sent>> {
    const flow = new Map<number, Sent>()
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024 })
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    socket.on('message', (datagram) => {
      const sent = flow.get(datagram[1] ?? 0)
      if (sent === undefined) return
      const { code } = verifyReply(datagram, sent.authenticator, this.#secret)
      this.replies.set(sent.username, {
        accepted: code === Code.AccessAccept,
        at: performance.now(),
      })
    })
    this.#sockets.push(socket)
    return flow
  }
}

interface Sent {
  readonly username: string
  readonly authenticator: Uint8Array
}
