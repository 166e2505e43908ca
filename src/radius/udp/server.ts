import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import {
  type Attribute,
  Code,
  decodePacket,
  encodeReply,
  messageAuthenticatorAt,
  messageAuthenticatorIsGenuine,
  type Packet,
  RadiusError,
  Type,
} from '../index.ts'
import { type AccessRequest, type Answer, ReceivedRequest } from './access_request.ts'
import { type DropReason, ServerCounters } from './counters.ts'
import { Duplicates, type Pending } from './duplicates.ts'
import { kernelDrops } from './kernel_drops.ts'
import type { RadiusClient, RadiusClients } from './radius_client.ts'
import { RateLimit } from './rate_limit.ts'
import { SignedSources } from './signed_sources.ts'

export interface RadiusServerOptions {
  /** Local address; without one, every IPv4 address of the machine. */
  readonly address?: string | undefined
  /** 0 lets the system choose. */
  readonly port: number
  readonly clients: RadiusClients
  /** Decides on a request. It is asked once for each, however often the request is sent. */
  readonly answer: (request: AccessRequest) => Promise<Answer>
  readonly log: Log
  readonly clock: Clock
  /** How long a reply is kept for those who ask again (RFC 5080 §2.2.2: 5 to 30 s). */
  readonly replyLifeSecs?: number
  /** Requests remembered at most, in progress and answered. */
  readonly mostEntries?: number
  /** How long `close` waits for answers that are still being worked out. */
  readonly drainSecs?: number
}

/** A burst of thousands of logins while the process is busy must fit in. */
const wantedReceiveBuffer = 8 * 1024 * 1024
const smallReceiveBuffer = 1024 * 1024
const kernelDropsEveryMs = 30_000
const statusServerPerSecond = 50

/**
 * A RADIUS server on one UDP socket (RFC 2865, RFC 3579, RFC 5080 §2.2.2, RFC 5997).
 *
 * What is not a well-formed request of a known client gets silence and a counter. Nothing that a
 * datagram holds can make it throw; what it remembers is bounded.
 */
export class RadiusServer {
  readonly counters = new ServerCounters()
  readonly #options: RadiusServerOptions
  readonly #socket: Socket
  readonly #duplicates: Duplicates
  readonly #signed = new SignedSources()
  readonly #dropLines: RateLimit
  readonly #statusServer: RateLimit
  #clients: RadiusClients
  #pending = 0
  #drained: (() => void) | undefined
  #closed = false
  #kernelDropsTimer: NodeJS.Timeout | undefined

  constructor(options: RadiusServerOptions) {
    this.#options = options
    this.#clients = options.clients
    const replyLifeMs = (options.replyLifeSecs ?? 10) * 1000
    this.#duplicates = new Duplicates(options.clock, replyLifeMs, options.mostEntries ?? 200_000)
    this.#dropLines = new RateLimit(options.clock, 5, 10_000)
    this.#statusServer = new RateLimit(options.clock, statusServerPerSecond, 1000)
    const type = isIPv6(options.address ?? '') ? 'udp6' : 'udp4'
    // replies go to addresses, never to names: the lookup is spared
    this.#socket = createSocket({
      type,
      ipv6Only: type === 'udp6',
      lookup: (host, _options, done) => done(null, host, type === 'udp6' ? 6 : 4),
    })
    this.#socket.on('message', (datagram, from) => this.#receive(datagram, from))
  }

  /** @throws An error of the system's (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`) where it can't. */
  async listen(): Promise<void> {
    const { address, port, log } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('error', reject)
      this.#socket.bind({ port, ...(address === undefined ? {} : { address }) }, () => {
        this.#socket.off('error', reject)
        resolve()
      })
    })
    this.#socket.on('error', (error) => log.warn('RADIUS socket', { error: error.message }))
    this.#raiseReceiveBuffer()
    this.#kernelDropsTimer = setInterval(() => void this.#readKernelDrops(), kernelDropsEveryMs)
    this.#kernelDropsTimer.unref()
  }

  /** Where it listens; known after `listen`. */
  get address(): { readonly address: string; readonly port: number } {
    const { address, port } = this.#socket.address()
    return { address, port }
  }

  /** Takes new clients and secrets; requests in progress are answered with the old ones. */
  replaceClients(clients: RadiusClients): void {
    this.#clients = clients
  }

  /** Stops taking requests, waits a bounded time for those in progress, and closes the socket. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#kernelDropsTimer)
    if (this.#pending > 0) {
      const timer = setTimeout(() => this.#drained?.(), (this.#options.drainSecs ?? 3) * 1000)
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
      clearTimeout(timer)
    }
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  /** The order is cheapest first: what is not ours costs no hash and no memory. */
  #receive(datagram: Uint8Array, from: RemoteInfo): void {
    try {
      if (this.#closed) return
      this.counters.received++
      const client = this.#clients.find(from.address)
      if (client === undefined) return this.#dropUnknownClient(from)
      const packet = decodePacket(datagram)
      if (packet.code === Code.AccessRequest) this.#receiveAccessRequest(packet, client, from)
      else if (packet.code === Code.StatusServer) this.#receiveStatusServer(packet, client, from)
      else this.#drop('unexpected-code', from, `code ${packet.code}`)
    } catch (error) {
      if (error instanceof RadiusError) return this.#drop('malformed', from, error.message)
      this.#options.log.error('a datagram could not be handled', { error: describe(error) })
    }
  }

  #receiveAccessRequest(packet: Packet, client: RadiusClient, from: RemoteInfo): void {
    const refusal = this.#authenticity(packet, client, from.address)
    if (refusal !== undefined) return this.#drop(refusal, from)
    const key = `${from.address} ${from.port} ${packet.identifier}`
    const authenticator = Buffer.from(packet.authenticator).toString('latin1')
    const intake = this.#duplicates.take(key, authenticator)
    switch (intake.kind) {
      case 'in-progress':
        this.counters.duplicatesInProgress++
        return
      case 'answered':
        this.counters.duplicatesAnswered++
        return this.#send(intake.reply, from)
      case 'full':
        return this.#drop('overload', from)
      case 'new':
        this.counters.accessRequests++
        this.#pending++
        void this.#answer(packet, client, from, key, intake.entry)
    }
  }

  async #answer(
    packet: Packet,
    client: RadiusClient,
    from: RemoteInfo,
    key: string,
    entry: Pending,
  ): Promise<void> {
    let answer: Answer
    try {
      answer = await this.#options.answer(new ReceivedRequest(packet, client, from))
    } catch (error) {
      this.#options.log.error('an Access-Request could not be decided on and is rejected', {
        error: describe(error),
      })
      answer = { code: Code.AccessReject, attributes: [] }
    }
    try {
      const reply = this.#reply(answer.code, answer.attributes, packet, client)
      this.#duplicates.answered(key, entry, reply)
      if (!entry.superseded) {
        this.counters.count(answer.code)
        this.#send(reply, from)
      }
    } catch (error) {
      this.#options.log.error('a reply could not be sent', { error: describe(error) })
    } finally {
      this.#pending--
      if (this.#pending === 0) this.#drained?.()
    }
  }

  #receiveStatusServer(packet: Packet, client: RadiusClient, from: RemoteInfo): void {
    const valueAt = messageAuthenticatorAt(packet.octets)
    if (valueAt === undefined) return this.#drop('missing-message-authenticator', from)
    if (valueAt < 0 || !messageAuthenticatorIsGenuine(packet.octets, valueAt, client.shared)) {
      return this.#drop('wrong-message-authenticator', from)
    }
    if (this.#statusServer.allow() === undefined) return this.#drop('overload', from)
    this.counters.statusServers++
    this.#send(this.#reply(Code.AccessAccept, [], packet, client), from)
  }

  /** Why a request is not taken for its client's (RFC 3579 §3.2, CVE-2024-3596); `undefined` where it is. */
  #authenticity(packet: Packet, client: RadiusClient, address: string): DropReason | undefined {
    const valueAt = messageAuthenticatorAt(packet.octets)
    if (valueAt === undefined) {
      const policy = client.messageAuthenticator
      if (packet.has(Type.EapMessage)) return 'missing-message-authenticator'
      if (policy === 'off') return undefined
      if (policy === 'required' || this.#signed.has(address)) return 'missing-message-authenticator'
      return packet.has(Type.ProxyState) ? 'unsigned-proxy-state' : undefined
    }
    if (valueAt < 0 || !messageAuthenticatorIsGenuine(packet.octets, valueAt, client.shared)) {
      return 'wrong-message-authenticator'
    }
    // EAP must be signed anyhow and says nothing of the client's other requests
    if (!packet.has(Type.EapMessage)) this.#signed.add(address)
    else if (packet.has(Type.UserPassword)) return 'malformed'
    return undefined
  }

  #reply(
    code: number,
    attributes: readonly Attribute[],
    request: Packet,
    client: RadiusClient,
  ): Uint8Array {
    const proxyStates = request.attributes.filter(({ type }) => type === Type.ProxyState)
    const all = proxyStates.length === 0 ? attributes : [...attributes, ...proxyStates]
    return encodeReply(code, all, request, client.shared, {
      messageAuthenticator: client.messageAuthenticatorInReplies,
    })
  }

  #send(reply: Uint8Array, to: RemoteInfo): void {
    this.#socket.send(reply, to.port, to.address, (error) => {
      if (error === null) return
      this.counters.sendErrors++
      this.#logDrop('a reply could not be sent', { to: to.address, error: error.message })
    })
  }

  #dropUnknownClient(from: RemoteInfo): void {
    this.counters.drop('unknown-client')
    this.#logDrop(`dropping packet from ${from.address}:${from.port}: Unknown Client`, {
      advice: 'add a radius_ip_N and radius_secret_N for it if it may ask',
    })
  }

  #drop(reason: DropReason, from: RemoteInfo, detail?: string): void {
    this.counters.drop(reason)
    this.#logDrop(`dropping packet from ${from.address}:${from.port}: ${reason}`, {
      ...(detail === undefined ? {} : { detail }),
    })
  }

  #logDrop(message: string, fields: Record<string, unknown>): void {
    const suppressed = this.#dropLines.allow()
    if (suppressed === undefined) return
    this.#options.log.warn(message, suppressed === 0 ? fields : { ...fields, suppressed })
  }

  #raiseReceiveBuffer(): void {
    const { log } = this.#options
    try {
      this.#socket.setRecvBufferSize(wantedReceiveBuffer)
    } catch (error) {
      log.warn('the receive buffer could not be raised', { error: describe(error) })
    }
    const got = this.#socket.getRecvBufferSize()
    if (got >= smallReceiveBuffer) return
    log.warn(
      `the receive buffer has ${got} octets, so that a burst of logins may be lost; ` +
        `run: sysctl -w net.core.rmem_max=${wantedReceiveBuffer}`,
    )
  }

  async #readKernelDrops(): Promise<void> {
    const { port } = this.address
    const family = isIPv6(this.#options.address ?? '') ? 'udp6' : 'udp4'
    const drops = await kernelDrops(port, family)
    if (drops > this.counters.kernelDrops) {
      const since = drops - this.counters.kernelDrops
      this.#options.log.warn(`the kernel dropped ${since} datagrams: the receive buffer was full`)
    }
    this.counters.kernelDrops = drops
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
