import { isIPv6 } from 'node:net'
import type { Faults } from '../knobs/faults.ts'
import type { PacketCapture } from '../trace/packet_capture.ts'
import type { Trace, TraceKind } from '../trace/trace.ts'
import { deliver, Link } from './link.ts'
import { nodeOf, type RadiusServer } from './radius_server.ts'
import type { Random } from './random.ts'
import { type DatagramListener, type Endpoint, SourcePort } from './source_port.ts'
import type { Timing } from './timing.ts'

/** The addresses that one controller sends from. */
export interface ControllerAddresses {
  /** IPv4. */
  readonly address: string
  /** For servers with an IPv6 address. */
  readonly addressIpv6: string
}

/** What all controllers of a directory share. */
export interface ControllerHost {
  readonly timing: Timing
  readonly random: Random
  readonly trace: Trace
  readonly capture: PacketCapture
  readonly faults: () => Faults
}

/** Says which sign-in or probe a datagram belongs to. */
export interface TraceContext {
  readonly kind: TraceKind
  readonly loginId?: string
}

/** A domain controller or connector of the directory: a RADIUS client with addresses of its own. */
export class Controller {
  readonly name: string
  readonly zone: string
  readonly addresses: ControllerAddresses
  readonly #host: ControllerHost
  readonly #link: Link
  /** Ports that are shared by logins, one or more for each family. */
  readonly #shared = new Map<'udp4' | 'udp6', SourcePort[]>()
  readonly #open = new Set<SourcePort>()
  #opening: Promise<void> | undefined
  /** When servers last did not answer, by address. */
  readonly #silentSince = new Map<string, number>()

  /** @param index From 0. */
  constructor(index: number, addresses: ControllerAddresses, host: ControllerHost) {
    this.name = `controller-${index + 1}`
    this.zone = `us-east-1${'abcdef'[index % 6]}`
    this.addresses = addresses
    this.#host = host
    this.#link = new Link(this.name, host.faults, host.random)
  }

  addressFor(server: Pick<RadiusServer, 'address'>): string {
    const { address, addressIpv6 } = this.addresses
    return isIPv6(server.address) ? addressIpv6 : address
  }

  /** A port for one login or one packet. The caller closes it with `closePort`. */
  async openPort(server: Pick<RadiusServer, 'address'>): Promise<SourcePort> {
    const { random, trace } = this.#host
    const first = random.octets(1)[0] ?? 0
    const address = this.addressFor(server)
    const port = await SourcePort.open(address, first, (datagram, from) => {
      this.#record(from, { address, port: port.local.port }, datagram)
      trace.add({
        from: nodeOf(from),
        to: this.name,
        kind: 'radius',
        name: 'late reply',
        detail: 'no request waits for it: dropped',
        outcome: 'dropped',
      })
    })
    this.#open.add(port)
    return port
  }

  closePort(port: SourcePort): void {
    if (this.#open.delete(port)) port.close()
  }

  /** Claims an Identifier on a port that all logins share; opens a further port if 256 are in flight. */
  async claimShared(
    server: Pick<RadiusServer, 'address'>,
    listener: DatagramListener,
  ): Promise<{ readonly port: SourcePort; readonly identifier: number }> {
    const family = isIPv6(server.address) ? 'udp6' : 'udp4'
    for (;;) {
      for (const port of this.#shared.get(family) ?? []) {
        const identifier = port.claim(listener)
        if (identifier !== undefined) return { port, identifier }
      }
      // one at a time, or logins that start together would each open a port
      this.#opening ??= this.#openShared(server, family).finally(() => {
        this.#opening = undefined
      })
      await this.#opening
    }
  }

  /**
   * Sends a request over the link, with its faults.
   *
   * @param onUnreachable Called if the network answers that the port is unreachable.
   */
  send(
    octets: Uint8Array,
    port: SourcePort,
    server: RadiusServer,
    context: TraceContext & { readonly detail: string },
    onUnreachable: () => void,
  ): void {
    const { trace, timing } = this.#host
    const passage = this.#link.passRequest(server)
    this.#record(port.local, server, octets)
    const step = { ...context, from: this.name, to: nodeOf(server), name: 'Access-Request' }
    if (passage.kind === 'delivered') {
      trace.add(step)
      deliver(passage, timing, () => port.send(octets, server))
      return
    }
    const reason = passage.kind === 'lost' ? passage.reason : 'ICMP port unreachable'
    trace.add({ ...step, detail: `${context.detail}; ${reason}`, outcome: 'lost' })
    if (passage.kind === 'unreachable') timing.after(0, onUnreachable)
  }

  /** Passes a received datagram through the link to a listener, with its faults. */
  receive(
    datagram: Uint8Array,
    from: Endpoint,
    port: SourcePort,
    context: TraceContext,
    listener: DatagramListener,
  ): void {
    const { trace, timing } = this.#host
    const passage = this.#link.passReply()
    if (passage.kind !== 'delivered') {
      const reason = passage.kind === 'lost' ? passage.reason : 'unreachable'
      trace.add({
        ...context,
        from: nodeOf(from),
        to: this.name,
        name: 'reply',
        detail: reason,
        outcome: 'lost',
      })
      return
    }
    const distorted = this.#link.distortReply(datagram, from)
    deliver(passage, timing, () => {
      this.#record(distorted.from, port.local, distorted.datagram)
      listener(distorted.datagram, distorted.from)
    })
  }

  /** Remembers that a server did not answer, or did. */
  noteSilence(server: RadiusServer, isSilent: boolean): void {
    if (isSilent) this.#silentSince.set(server.address, this.#host.timing.now())
    else this.#silentSince.delete(server.address)
  }

  /** Puts servers that were silent within this time behind the others. */
  rankServers(servers: readonly RadiusServer[], memoryMs: number): readonly RadiusServer[] {
    if (memoryMs === 0) return servers
    const isDead = ({ address }: RadiusServer): boolean => {
      const since = this.#silentSince.get(address)
      return since !== undefined && this.#host.timing.now() - since < memoryMs
    }
    return [...servers.filter((server) => !isDead(server)), ...servers.filter(isDead)]
  }

  async #openShared(server: Pick<RadiusServer, 'address'>, family: 'udp4' | 'udp6'): Promise<void> {
    const opened = await this.openPort(server)
    // the newest first, because the others are probably full
    this.#shared.set(family, [opened, ...(this.#shared.get(family) ?? [])])
  }

  close(): void {
    for (const port of this.#open) port.close()
    this.#open.clear()
    this.#shared.clear()
  }

  #record(source: Endpoint, target: Endpoint, payload: Uint8Array): void {
    const { timing, capture, faults } = this.#host
    capture.add(timing.now() + faults().clockSkewMs, {
      source: { address: source.address, port: source.port },
      target: { address: target.address, port: target.port },
      payload,
    })
  }
}
