import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { Code, encodeReply, framingProblem, Packet, replyMessages } from '../index.ts'
import { type AccessRequest, type Answer, type Peer, ReceivedRequest } from './access_request.ts'
import { encodeAnswer, hasTooMuchProxyState } from './answer_reply.ts'
import { Authenticity, type Judgement, refusalOfStatusServer } from './authenticity.ts'
import { type DropReason, ServerCounters } from './counters.ts'
import { DropLog } from './drop_log.ts'
import { Duplicates, type TakenRequest } from './duplicates.ts'
import { readKernelDrops } from './kernel_drops.ts'
import type { ListenPlace } from './listen_place.ts'
import type { RadiusClient, RadiusClients } from './radius_client.ts'
import { RateLimit } from './rate_limit.ts'
import { wantedReceiveBuffer } from './receive_buffer.ts'
import { findSecret } from './request_secret.ts'
import type { SignedSource } from './signed_sources.ts'
import { UdpSocket } from './udp_socket.ts'

/** A request in progress that arrived again. */
export interface RetransmittedRequest {
  readonly source: string
  readonly identifier: number
  readonly authenticator: Uint8Array
}

export interface RadiusServerOptions {
  readonly place: ListenPlace
  readonly clients: RadiusClients
  /** Decides on a request. Called once per request, however often it is retransmitted. */
  readonly answer: (request: AccessRequest) => Promise<Answer>
  readonly log: Log
  readonly clock: Clock
  /** Receives each retransmission of a request in progress: its client still waits. Must not throw. */
  readonly retransmitted?: (request: RetransmittedRequest) => void
  /** How long replies are kept for retransmissions (RFC 5080 §2.2.2: 5 to 30 s). */
  readonly cleanupDelaySecs?: number
  /** Limit of remembered requests, in progress and answered. */
  readonly maxEntries?: number
  /** Limit of requests in progress; half of it per source address. Further ones are rejected. */
  readonly maxPending?: number
  /** Receive buffer to request from the system, in octets. */
  readonly recvBufferSize?: number
  /** Whether other processes listen at the same place, each with its share of the flows. */
  readonly sharing?: PlaceSharing | undefined
  /** How long `close` waits for requests in progress. */
  readonly closeDelaySecs?: number
}

/** For one of several processes at the same place. */
export interface PlaceSharing {
  /** The system counts drops for all sockets of a place, so one process reads them. */
  readonly readsKernelDrops: boolean
}

const housekeepingMs = 10_000
const statusServersPerSecond = 50
const maxReplyOctets = 64 * 1024 * 1024
const busy = 'The sign-in service is busy. Please try again.'

/**
 * A RADIUS server on one UDP socket (RFC 2865, RFC 3579, RFC 5080 §2.2.2, RFC 5997).
 *
 * Drops and counts everything but well-formed requests from known clients. No datagram can make it
 * throw, and its memory is bounded.
 */
export class RadiusServer {
  readonly counters = new ServerCounters()
  readonly #options: RadiusServerOptions
  readonly #duplicates: Duplicates
  readonly #authenticity: Authenticity
  readonly #drops: DropLog
  readonly #statusServers = new Map<RadiusClient, RateLimit>()
  #place: ListenPlace
  /** `undefined` before `listen`, and between `release` and `listen`. */
  #socket: UdpSocket | undefined
  /** Datagrams that the kernel dropped at the present socket. */
  #kernelDrops = 0
  #clients: RadiusClients
  #state: 'open' | 'draining' | 'closed' = 'open'
  #closing: Promise<void> | undefined
  #drained: (() => void) | undefined
  #housekeeping: NodeJS.Timeout | undefined

  constructor(options: RadiusServerOptions) {
    const { clock, log } = options
    this.#options = options
    this.#place = options.place
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
  }

  /**
   * Binds a socket. A server that was released keeps its clients, its counters and its duplicate
   * cache, and sends the replies to requests in progress through the new socket.
   *
   * @throws An error of the system: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` or `EAFNOSUPPORT`.
   */
  async listen(place: ListenPlace = this.#options.place): Promise<void> {
    if (this.#state !== 'open' || this.#socket !== undefined)
      throw new Error('the server is closed, or listens already')
    const socket = await UdpSocket.bind(place, {
      receive: (datagram, from) => this.#receive(datagram, from),
      sendError: (to, error) => this.#drops.sendError(to, error),
      log: this.#options.log,
      recvBufferSize: this.#options.recvBufferSize ?? wantedReceiveBuffer,
      isShared: this.#options.sharing !== undefined,
    })
    if (this.#state !== 'open') {
      await socket.close()
      throw new Error('the server was closed before it listened')
    }
    this.#socket = socket
    this.#place = { address: place.address, port: socket.address.port }
    this.#kernelDrops = 0
    this.#housekeeping ??= setInterval(() => {
      this.#duplicates.forgetExpired()
      void this.readKernelDrops()
    }, housekeepingMs).unref()
  }

  /**
   * Closes the socket, so that another can bind its port. Requests in progress continue. A reply that
   * is due before the next `listen` is only remembered: the client's retransmission receives it.
   */
  async release(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    await socket?.close()
  }

  /** The configured address, and the port that the server has or had. */
  get place(): ListenPlace {
    return this.#place
  }

  /** Not before `listen`, and not between `release` and `listen`. */
  get isListening(): boolean {
    return this.#socket !== undefined
  }

  /** The local address and port. @throws {Error} if the server does not listen. */
  get address(): Peer {
    if (this.#socket === undefined) throw new Error('the server does not listen')
    return this.#socket.address
  }

  /** Source addresses from which `auto` requires a Message-Authenticator. */
  get latched(): readonly SignedSource[] {
    return this.#authenticity.latched
  }

  /** Requires a Message-Authenticator from addresses as another process at this place does. */
  adoptLatches(latched: readonly SignedSource[]): void {
    this.#authenticity.adoptLatches(latched)
  }

  /** Forgets which addresses sign their requests. @returns The number of latched ones. */
  clearLatches(): number {
    return this.#authenticity.clearLatches()
  }

  /** Requests in progress. */
  get pending(): number {
    return this.#duplicates.pending
  }

  /** Replaces clients and secrets; requests in progress are answered with the old ones. */
  replaceClients(clients: RadiusClients): void {
    this.#clients = clients
    this.#statusServers.clear()
  }

  /** Updates `counters.kernelDrops`, and warns of new drops. Also runs every 10 s. */
  async readKernelDrops(): Promise<void> {
    const socket = this.#socket
    if (this.#state !== 'open' || socket === undefined) return
    if (this.#options.sharing?.readsKernelDrops === false) return
    const drops = await readKernelDrops(socket.address)
    const more = drops - this.#kernelDrops
    if (more <= 0 || socket !== this.#socket) return
    this.#kernelDrops = drops
    this.counters.kernelDrops += more
    this.#options.log.warn(
      `the kernel dropped ${more} datagrams because the receive buffer was full; ` +
        'raise net.core.rmem_max, or use a faster machine',
      { kernelDrops: this.counters.kernelDrops },
    )
  }

  /** Stops accepting requests, waits a bounded time for those in progress, and closes the socket. */
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
    await this.release()
  }

  /** Cheapest checks first: datagrams from unknown clients cost no hash and no memory. */
  #receive(datagram: Uint8Array, from: Peer): void {
    try {
      if (this.#state !== 'open') return
      this.counters.received++
      const client = this.#clients.find(from.address)
      if (client === undefined) return this.#drops.drop('unknown-client', from)
      const { name } = client
      // spoofed: nothing can be sent to port 0
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
      this.#options.log.error('a datagram was dropped because of an internal error', {
        error: describe(error),
      })
    }
  }

  #receiveAccessRequest(packet: Packet, client: RadiusClient, from: Peer): void {
    if (hasTooMuchProxyState(packet)) return this.#drop('proxy-state-too-long', from, client)
    const judgement = this.#authenticity.judge(packet, client, from.address)
    if (judgement !== 'signed' && judgement !== 'unsigned') {
      return this.#drop(judgement, from, client)
    }
    const intake = this.#duplicates.take(from, packet.identifier, packet.authenticator, {
      signed: judgement === 'signed',
    })
    switch (intake.kind) {
      case 'in-progress':
        this.counters.duplicatesInProgress++
        this.#options.retransmitted?.({
          source: from.address,
          identifier: packet.identifier,
          authenticator: packet.authenticator,
        })
        return
      case 'answered':
        this.counters.duplicatesAnswered++
        return this.#send(intake.reply, from)
      case 'unsigned-conflict':
        return this.#drop('unsigned-conflict', from, client)
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
    const request = new ReceivedRequest(packet, client, from, {
      signed: judgement === 'signed',
      secret: findSecret(packet, client),
    })
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
      this.#fail('an Access-Request was rejected because of an internal error', request, error)
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
    const { reply, problem } = encodeAnswer(packet, request.client, request.secret, answer)
    if (problem !== undefined) {
      this.#fail('a reply could not be encoded; the login is rejected', request, problem)
    }
    if (!this.#duplicates.settle(taken, reply)) this.counters.superseded++
    else if (this.#state !== 'closed') {
      this.counters.count(reply[0] ?? 0)
      this.#send(reply, request.peer)
    }
  }

  /** Without a reply the appliance would wait, send again, or ask another server that is as busy. */
  #rejectAsBusy(packet: Packet, client: RadiusClient, from: Peer): void {
    this.#drops.overload(from)
    const { reply } = encodeAnswer(packet, client, findSecret(packet, client), {
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

  /** Status-Server bypasses the duplicate cache, so that it can't evict a login. */
  #receiveStatusServer(packet: Packet, client: RadiusClient, from: Peer): void {
    const refusal = refusalOfStatusServer(packet, client)
    if (refusal !== undefined) return this.#drop(refusal, from, client)
    if (this.#statusServerLimit(client).allow() === undefined) {
      return this.#drop('status-server-rate', from, client)
    }
    this.counters.statusServers++
    const reply = encodeReply(Code.AccessAccept, [], packet, findSecret(packet, client), {
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
    this.#socket?.send(reply, to)
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
