import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { Clock } from '../../src/host/clock.ts'
import { type Log, silentLog } from '../../src/host/log.ts'
import { Secret } from '../../src/host/secret.ts'
import type { AccessRequest, Answer } from '../../src/radius/udp/access_request.ts'
import type { ListenPlace } from '../../src/radius/udp/listen_place.ts'
import { type RadiusClientEntry, RadiusClients } from '../../src/radius/udp/radius_client.ts'
import { RadiusServer, type RadiusServerOptions } from '../../src/radius/udp/server.ts'
import { ManualClock } from './manual_clock.ts'
import { within } from './until.ts'

/** The secret of `radius-vectors.json`, and the default of every client. */
export const secret = 'testing123'

/** A client entry; by default all of 127.0.0.0/8, with the default policy. */
export function client(changes: Partial<RadiusClientEntry> = {}): RadiusClientEntry {
  return {
    name: 'appliance',
    addresses: '127.0.0.0/8',
    secret: new Secret(secret),
    messageAuthenticator: 'auto',
    messageAuthenticatorInReplies: true,
    ...changes,
  }
}

/** Accepts only bob with the password hello, as in the vectors. */
export async function acceptBob(request: AccessRequest): Promise<Answer> {
  const { username, password } = request
  const known =
    username === 'bob' && password !== undefined && Buffer.from(password).toString() === 'hello'
  return { code: known ? 2 : 3, attributes: [] }
}

/** A listening server, by default on a free port of 127.0.0.1. */
export async function startServer({
  address = '127.0.0.1',
  place = { address, port: 0 },
  ...options
}: Partial<Omit<RadiusServerOptions, 'clients' | 'place'>> & {
  readonly place?: ListenPlace
  /** The local address on a free port, unless `place` is given. */
  readonly address?: string
  readonly clients?: readonly RadiusClientEntry[]
  readonly clock?: Clock
  readonly log?: Log
} = {}): Promise<RadiusServer> {
  const server = new RadiusServer({
    place,
    answer: acceptBob,
    log: silentLog,
    clock: new ManualClock(),
    ...options,
    clients: RadiusClients.of(options.clients ?? [client()]),
  })
  await server.listen()
  return server
}

/**
 * A RADIUS client that sends any octets. It checks with node:crypto that each reply is signed for one
 * of its requests, Message-Authenticator first.
 */
export class RadiusPeer {
  readonly #socket: Socket
  readonly #server: RadiusServer
  readonly #requests: Uint8Array[] = []
  readonly #received: Buffer[] = []
  /** Whether the server is configured to send Message-Authenticator to this peer. */
  readonly signedReplies: boolean

  private constructor(socket: Socket, server: RadiusServer, signedReplies: boolean) {
    this.#socket = socket
    this.#server = server
    this.signedReplies = signedReplies
    socket.on('message', (datagram) => {
      this.#received.push(datagram)
      socket.emit('reply')
    })
  }

  static async at(
    server: RadiusServer,
    options: { readonly from?: string; readonly signedReplies?: boolean } = {},
  ): Promise<RadiusPeer> {
    const from = options.from ?? '127.0.0.1'
    const socket = createSocket(isIPv6(from) ? 'udp6' : 'udp4')
    socket.bind(0, from)
    await once(socket, 'listening')
    return new RadiusPeer(socket, server, options.signedReplies ?? true)
  }

  /** Sends a datagram; resolves when the system has accepted it. */
  async send(datagram: Uint8Array): Promise<void> {
    this.#requests.push(datagram)
    const { port } = this.#server.address
    const address = isIPv6(this.#socket.address().address) ? '::1' : '127.0.0.1'
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(datagram, port, address, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Waits for the next reply. */
  async reply(): Promise<Buffer> {
    while (this.#received.length === 0) await within(once(this.#socket, 'reply'), () => 'a reply')
    const reply = this.#received.shift() ?? Buffer.alloc(0)
    assert(
      this.#requests.findLast((request) => isSigned(reply, request, this.signedReplies)),
      `a reply that is not signed for any request: ${reply.toString('hex')}`,
    )
    return reply
  }

  async ask(datagram: Uint8Array): Promise<Buffer> {
    await this.send(datagram)
    return this.reply()
  }

  /**
   * The last reply to the datagrams sent so far; `undefined` if there is none. Sends a Status-Server
   * and waits for its reply, because loopback keeps the order.
   */
  async silenceOrReply(): Promise<Buffer | undefined> {
    const probe = statusServer(201)
    await this.send(probe)
    let before: Buffer | undefined
    for (;;) {
      const reply = await this.reply()
      if (reply[1] === 201 && isSigned(reply, probe, this.signedReplies)) return before
      before = reply
    }
  }

  close(): void {
    this.#socket.close()
  }
}

let probes = 0

/** A Status-Server with a unique Request Authenticator, made with node:crypto. */
export function statusServer(identifier: number, key = secret): Buffer {
  const packet = Buffer.alloc(38)
  packet.set([12, identifier, 0, 38])
  packet.writeUInt32BE(++probes, 4)
  packet.set([80, 18], 20)
  packet.set(createHmac('md5', key).update(packet).digest(), 22)
  return packet
}

/** Implements RFC 2865 §3 and RFC 3579 §3.2 independently, with node:crypto. */
function isSigned(reply: Buffer, request: Uint8Array, withMessageAuthenticator = true): boolean {
  if (reply.length < 20 || request.length < 20 || reply.readUInt16BE(2) !== reply.length)
    return false
  if (reply[1] !== request[1]) return false
  const authenticator = request.subarray(4, 20)
  const signed = Buffer.from(reply)
  signed.set(authenticator, 4)
  const response = createHash('md5').update(signed).update(secret).digest()
  if (!response.equals(reply.subarray(4, 20))) return false
  if (!withMessageAuthenticator) return true
  if (reply[20] !== 80 || reply[21] !== 18) return false
  signed.fill(0, 22, 38)
  return createHmac('md5', secret).update(signed).digest().equals(reply.subarray(22, 38))
}
