import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4, isIPv6 } from 'node:net'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { Code, encodeReply, framingProblem, Packet, replyMessages } from '../index.ts'
import { type AccessRequest, type Answer, type Peer, ReceivedRequest } from './access_request.ts'
import { replyTo, tooMuchProxyState } from './answer_reply.ts'
import { Authenticity, type Judgement, refusalOfStatusServer } from './authenticity.ts'
import { type DropReason, ServerCounters } from './counters.ts'
import { DropLog } from './drop_log.ts'
import { ipv4In, isUnspecified, warnWithoutIpv4 } from './dual_stack.ts'
import { Duplicates, type TakenRequest } from './duplicates.ts'
import { kernelDrops } from './kernel_drops.ts'
import type { RadiusClient, RadiusClients } from './radius_client.ts'
import { RateLimit } from './rate_limit.ts'
import { raiseReceiveBuffer, wantedReceiveBuffer } from './receive_buffer.ts'
import type { SignedSource } from './signed_sources.ts'

export interface RadiusServerOptions {
  /** Local address; `::` for every address, without one every IPv4 address of the machine. */
  readonly address?: string | undefined
  /** 0 lets the system choose. */
  readonly port: number
  readonly clients: RadiusClients
  /** Decides on a request. It is called once for each, however often the request is sent. */
  readonly answer: (request: AccessRequest) => Promise<Answer>
  readonly log: Log
  readonly clock: Clock
  /** How long a reply is kept for retransmissions (RFC 5080 §2.2.2: 5 to 30 s). */
  readonly cleanupDelaySecs?: number
  /** Requests remembered at most, in progress and answered. */
  readonly maxEntries?: number
  /** Requests in progress at most, half as many from one address; more are rejected. */
  readonly maxPending?: number
  /** Receive buffer that is asked of the system, in octets. */
  readonly recvBufferSize?: number
  /** How long `close` waits for answers that are still being worked out. */
  readonly closeDelaySecs?: number
}

const housekeepingMs = 10_000
const statusServersPerSecond = 50
const maxReplyOctets = 64 * 1024 * 1024
const busy = 'The sign-in service is busy. Please try again.'

/**
 * A RADIUS server on one UDP socket (RFC 2865, RFC 3579, RFC 5080 §2.2.2, RFC 5997).
 *
 * Anything but a well-formed request of a known client is dropped and counted. No datagram can make
 * it throw, and its memory is bounded.
 */
export class RadiusServer {
  readonly counters = new ServerCounters()
  readonly #options: RadiusServerOptions
  readonly #socket: Socket
  readonly #duplicates: Duplicates
  readonly #authenticity: Authenticity
  /** The socket also takes IPv4, whose addresses it shows in their IPv6 form. */
  readonly #dualStack: boolean
  readonly #drops: DropLog
  readonly #statusServers = new WeakMap<RadiusClient, RateLimit>()
  #clients: RadiusClients
  #state: 'open' | 'draining' | 'closed' = 'open'
  #closing: Promise<void> | undefined
  #drained: (() => void) | undefined
  #housekeeping: NodeJS.Timeout | undefined

  constructor(options: RadiusServerOptions) {
    const { clock, log } = options
    this.#options = options
    this.#clients = options.clients
    this.#drops = new DropLog(log, clock, this.counters)
    this.#authenticity = new Authenticity(log, clock, this.counters)
    this.#duplicates = new Duplicates({
      clock,
      replyLifeMs: (options.cleanupDelaySecs ?? 10) * 1000,
      maxEntries: options.maxEntries ?? 100_000,
      maxReplyOctets,
      maxPending: options.maxPending ?? 50_000,
    })
    const type = isIPv6(options.address ?? '') ? 'udp6' : 'udp4'
    this.#dualStack = type === 'udp6' && isUnspecified(options.address ?? '')
    this.#socket = createSocket({
      type,
      ipv6Only: type === 'udp6' && !this.#dualStack,
      // replies go to addresses, never to names: the look-up is spared
      lookup: (host, _options, done) => done(null, host, type === 'udp6' ? 6 : 4),
    })
    this.#socket.on('message', (datagram, { address, port }) => {
      const ipv4 = this.#dualStack ? ipv4In(address) : undefined
      this.#receive(datagram, { address: ipv4 ?? address, port })
    })
  }

  /** @throws An error of the system's (code `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`) if it can't. */
  async listen(): Promise<void> {
    const { port, address = '0.0.0.0', log, recvBufferSize = wantedReceiveBuffer } = this.#options
    try {
      // before bind, since the event may come at once
      const listening = once(this.#socket, 'listening')
      this.#socket.bind({ port, address })
      await listening
    } catch (error) {
      await this.close()
      throw error
    }
    this.#socket.on('error', (error) => log.warn(`RADIUS socket: ${error.message}`))
    raiseReceiveBuffer(this.#socket, recvBufferSize, log)
    if (this.#dualStack) warnWithoutIpv4(log)
    this.#housekeeping = setInterval(() => {
      this.#duplicates.forgetExpired()
      void this.readKernelDrops()
    }, housekeepingMs)
    this.#housekeeping.unref()
  }

  /** Where it listens; known after `listen`. */
  get address(): Peer {
    const { address, port } = this.#socket.address()
    return { address, port }
  }

  /** The source addresses of which `auto` requires a Message-Authenticator. */
  get latched(): readonly SignedSource[] {
    return this.#authenticity.latched
  }

  /** Forgets which addresses sign their requests. @returns How many were latched. */
  clearLatches(): number {
    return this.#authenticity.clearLatches()
  }

  /** Requests that are being decided on. */
  get pending(): number {
    return this.#duplicates.pending
  }

  /** Takes new clients and secrets; requests in progress are answered with the old ones. */
  replaceClients(clients: RadiusClients): void {
    this.#clients = clients
  }

  /** Brings `counters.kernelDrops` up to date, and warns of new ones; done every 10 s by itself. */
  async readKernelDrops(): Promise<void> {
    if (this.#state !== 'open') return
    const drops = await kernelDrops(this.address)
    const more = drops - this.counters.kernelDrops
    if (more <= 0) return
    this.counters.kernelDrops = drops
    this.#options.log.warn(
      `the kernel dropped ${more} datagrams because the receive buffer was full; ` +
        'raise net.core.rmem_max, or give the machine more to compute with',
      { kernelDrops: drops },
    )
  }

  /** Stops taking requests, waits a bounded time for those in progress, and closes the socket. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#state = 'draining'
    clearInterval(this.#housekeeping)
    if (this.#duplicates.pending > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, (this.#options.closeDelaySecs ?? 3) * 1000)
      this.#drained = resolve
      await promise
      clearTimeout(timer)
    }
    this.#state = 'closed'
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  /** Cheapest checks first: datagrams of strangers cost no hash and no memory. */
  #receive(datagram: Uint8Array, from: Peer): void {
    try {
      if (this.#state !== 'open') return
      this.counters.received++
      const client = this.#clients.find(from.address)
      if (client === undefined) return this.#drops.drop('unknown-client', from)
      // forged: nothing can be sent to port 0
      const { name } = client
      if (from.port === 0) {
        return this.#drops.drop('malformed', from, { client: name, detail: 'source port 0' })
      }
      const problem = framingProblem(datagram)
      if (problem !== undefined) {
        return this.#drops.drop('malformed', from, { client: name, detail: problem })
      }
      const packet = new Packet(datagram)
      if (packet.code === Code.AccessRequest) this.#receiveAccessRequest(packet, client, from)
      else if (packet.code === Code.StatusServer) this.#receiveStatusServer(packet, client, from)
      else {
        const detail = `code ${packet.code}`
        this.#drops.drop('unexpected-code', from, { client: name, detail })
      }
    } catch (error) {
      this.#options.log.error('a datagram could not be handled', { error: describe(error) })
    }
  }

  #receiveAccessRequest(packet: Packet, client: RadiusClient, from: Peer): void {
    if (tooMuchProxyState(packet)) return this.#drop('proxy-state-too-long', from, client)
    const judgement = this.#authenticity.judge(packet, client, from.address)
    if (judgement !== 'signed' && judgement !== 'unsigned') {
      return this.#drop(judgement, from, client)
    }
    const intake = this.#duplicates.take(from, packet.identifier, packet.authenticator)
    switch (intake.kind) {
      case 'in-progress':
        this.counters.duplicatesInProgress++
        return
      case 'answered':
        this.counters.duplicatesAnswered++
        return this.#send(intake.reply, from)
      case 'full':
        return this.#rejectAsBusy(packet, client, from)
      case 'new':
        this.#take(packet, client, from, judgement, intake.taken)
    }
  }

  #take(
    packet: Packet,
    client: RadiusClient,
    from: Peer,
    judgement: Judgement,
    taken: TakenRequest,
  ): void {
    this.counters.accessRequests++
    this.#authenticity.learn(judgement, packet, client, from.address)
    const request = new ReceivedRequest(packet, client, from, judgement === 'signed')
    void this.#answer(request, packet, taken)
  }

  #drop(reason: DropReason, from: Peer, client: RadiusClient): void {
    this.#drops.drop(reason, from, { client: client.name })
  }

  async #answer(request: ReceivedRequest, packet: Packet, taken: TakenRequest): Promise<void> {
    let answer: Answer | undefined
    try {
      answer = await this.#options.answer(request)
    } catch (error) {
      this.#fail('an Access-Request could not be decided on and is rejected', request, error)
    }
    try {
      this.#settle(answer, request, packet, taken)
    } catch (error) {
      this.#options.log.error('a reply could not be sent', { error: describe(error) })
    }
    if (this.#duplicates.pending === 0) this.#drained?.()
  }

  #settle(
    answer: Answer | undefined,
    request: ReceivedRequest,
    packet: Packet,
    taken: TakenRequest,
  ): void {
    const { reply, problem } = replyTo(packet, request.client, answer)
    if (problem !== undefined) {
      this.#fail('a reply could not be laid out; the login is rejected', request, problem)
    }
    if (!this.#duplicates.settle(taken, reply)) this.counters.superseded++
    else if (this.#state !== 'closed') {
      this.counters.count(reply[0] ?? 0)
      this.#send(reply, request.peer)
    }
  }

  /** Silence would make the appliance wait and send again, or ask another server just as busy. */
  #rejectAsBusy(packet: Packet, client: RadiusClient, from: Peer): void {
    this.#drops.overload(from)
    const { reply } = replyTo(packet, client, {
      code: Code.AccessReject,
      attributes: replyMessages(busy),
    })
    this.counters.count(Code.AccessReject)
    this.#send(reply, from)
  }

  #fail(message: string, { client, peer, identifier }: ReceivedRequest, error: unknown): void {
    this.counters.failures++
    this.#options.log.error(message, {
      client: client.name,
      from: peer.address,
      identifier,
      error: describe(error),
    })
  }

  /** Status-Server bypasses the duplicate cache, so that it can't push a login out of it. */
  #receiveStatusServer(packet: Packet, client: RadiusClient, from: Peer): void {
    const refusal = refusalOfStatusServer(packet, client)
    if (refusal !== undefined) return this.#drop(refusal, from, client)
    if (this.#statusServerLimit(client).allow() === undefined) {
      return this.#drop('status-server-rate', from, client)
    }
    this.counters.statusServers++
    const reply = encodeReply(Code.AccessAccept, [], packet, client.shared, {
      messageAuthenticator: client.messageAuthenticatorInReplies,
    })
    this.#send(reply, from)
  }

  #statusServerLimit(client: RadiusClient): RateLimit {
    const known = this.#statusServers.get(client)
    if (known !== undefined) return known
    const limit = new RateLimit(this.#options.clock, statusServersPerSecond, 1000)
    this.#statusServers.set(client, limit)
    return limit
  }

  #send(reply: Uint8Array, to: Peer): void {
    const address = this.#dualStack && isIPv4(to.address) ? `::ffff:${to.address}` : to.address
    this.#socket.send(reply, to.port, address, (error) => {
      if (error !== null) this.#drops.sendError(to, error)
    })
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
