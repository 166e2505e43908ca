import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import {
  Code,
  encodeAccessRequest,
  RadiusError,
  type SharedSecret,
  verifyReply,
} from '../../src/radius/index.ts'
import { replyMessage } from './proxy_at_work.ts'

export interface StormRequest {
  readonly username: string
  readonly password: string
  readonly secret: SharedSecret
  readonly signed: boolean
}

/** `lost`: no reply, though the request was sent only once. */
export type StormOutcome = 'accepted' | 'rejected' | 'lost'

interface Outstanding {
  readonly authenticator: Uint8Array
  readonly secret: SharedSecret
  readonly resolve: (outcome: StormOutcome) => void
  readonly timer: NodeJS.Timeout
}

const identifiers = 256

/** Sends many RADIUS requests at once, without retransmissions, and checks the secret of each reply. */
export class StormClient {
  readonly #sockets: readonly Socket[]
  readonly #outstanding: readonly Map<number, Outstanding>[]
  readonly #lostAfterMs: number
  #next = 0
  /** Replies to no request, or not signed with the secret of their request. */
  wrongReplies = 0
  /** Texts of the rejections, with their number. */
  readonly rejections = new Map<string, number>()

  private constructor(sockets: readonly Socket[], lostAfterMs: number) {
    this.#sockets = sockets
    this.#outstanding = sockets.map(() => new Map())
    this.#lostAfterMs = lostAfterMs
    for (const [index, socket] of sockets.entries()) {
      socket.on('message', (reply) => this.#receive(index, reply))
    }
  }

  static async open(count: number, lostAfterMs: number): Promise<StormClient> {
    const sockets = Array.from({ length: count }, () => createSocket('udp4'))
    for (const socket of sockets) {
      socket.bind(0, '127.0.0.1')
      await once(socket, 'listening')
    }
    return new StormClient(sockets, lostAfterMs)
  }

  signIn(
    port: number,
    { username, password, secret, signed }: StormRequest,
  ): Promise<StormOutcome> {
    const [index, identifier] = this.#freeSlot()
    const authenticator = randomBytes(16)
    const request = encodeAccessRequest(identifier, authenticator, secret, {
      username,
      password: Buffer.from(password),
      messageAuthenticator: signed,
    })
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#outstanding[index]?.delete(identifier)
        resolve('lost')
      }, this.#lostAfterMs)
      this.#outstanding[index]?.set(identifier, { authenticator, secret, resolve, timer })
      this.#sockets[index]?.send(request, port, '127.0.0.1')
    })
  }

  close(): void {
    for (const socket of this.#sockets) socket.close()
  }

  #freeSlot(): [index: number, identifier: number] {
    const slots = this.#sockets.length * identifiers
    for (let tried = 0; tried < slots; tried++) {
      const slot = this.#next++ % slots
      const index = slot % this.#sockets.length
      const identifier = Math.floor(slot / this.#sockets.length)
      if (this.#outstanding[index]?.has(identifier) === false) return [index, identifier]
    }
    throw new Error('too many requests at once')
  }

  #receive(index: number, datagram: Buffer): void {
    const outstanding = this.#outstanding[index]?.get(datagram[1] ?? 0)
    if (outstanding === undefined) {
      this.wrongReplies++
      return
    }
    try {
      const reply = verifyReply(datagram, outstanding.authenticator, outstanding.secret)
      this.#outstanding[index]?.delete(datagram[1] ?? 0)
      clearTimeout(outstanding.timer)
      if (reply.code === Code.AccessAccept) return outstanding.resolve('accepted')
      const text = replyMessage(reply)
      this.rejections.set(text, (this.rejections.get(text) ?? 0) + 1)
      outstanding.resolve('rejected')
    } catch (error) {
      if (!(error instanceof RadiusError)) throw error
      this.wrongReplies++
    }
  }
}
