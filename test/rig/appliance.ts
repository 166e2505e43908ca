import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import {
  encodeAccessRequest,
  RadiusError,
  SharedSecret,
  verifyReply,
} from '../../src/radius/index.ts'
import { testSecret } from './proxy_at_work.ts'
import { untilFound } from './until.ts'

const secret = new SharedSecret(testSecret)

/** An Access-Request as octets, which can be sent more than once, and to several servers. */
export interface EncodedRequest {
  readonly octets: Uint8Array
  readonly authenticator: Uint8Array
}

/** Encodes a request with a random identifier and authenticator. */
export function encodeRequest(username: string, typed: string): EncodedRequest {
  const authenticator = randomBytes(16)
  const octets = encodeAccessRequest(randomBytes(1)[0] ?? 0, authenticator, secret, {
    username,
    password: Buffer.from(typed),
    attributes: [],
  })
  return { octets, authenticator }
}

/** A RADIUS client that decides itself what it sends when, from an address of its own. */
export class Appliance {
  readonly #socket: Socket
  readonly #received: { readonly port: number; readonly datagram: Uint8Array }[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (datagram, { port }) => this.#received.push({ port, datagram }))
  }

  static async at(address = '127.0.0.1'): Promise<Appliance> {
    const socket = createSocket('udp4')
    socket.bind(0, address)
    await once(socket, 'listening')
    return new Appliance(socket)
  }

  send({ octets }: EncodedRequest, port: number): void {
    this.#socket.send(octets, port, '127.0.0.1')
  }

  /** The code of the authentic reply of a server to a request; `undefined` if none has arrived. */
  replied({ authenticator }: EncodedRequest, from: number): number | undefined {
    const replies = this.#received.filter(({ port }) => port === from)
    return replies.flatMap(({ datagram }) => readCode(datagram, authenticator))[0]
  }

  /** Waits for a reply. */
  async reply(request: EncodedRequest, from: number): Promise<number> {
    return await untilFound(async () => this.replied(request, from))
  }

  close(): void {
    this.#socket.close()
  }
}

/** No code if it answers another request. */
function readCode(datagram: Uint8Array, authenticator: Uint8Array): number[] {
  try {
    return [verifyReply(datagram, authenticator, secret).code]
  } catch (error) {
    if (!(error instanceof RadiusError)) throw error
    return []
  }
}
