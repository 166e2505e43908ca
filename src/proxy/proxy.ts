import { isSamePlace, type ListenPlace } from '../radius/udp/listen_place.ts'
import { RadiusClients } from '../radius/udp/radius_client.ts'
import { RadiusServer } from '../radius/udp/server.ts'
import { type ProxyHost, SectionRuntime } from './desk.ts'
import { SignInCounters } from './second_factor/sign_in_counters.ts'
import type { ProxyConfig, RadiusServerSection } from './sections/proxy_config.ts'

/** Thrown where a listener can't be opened; the message names the section, the port and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** One server section: its socket, and the desk that answers its requests. */
interface Listener {
  readonly server: RadiusServer
  section: RadiusServerSection
  desk: SectionRuntime
}

/** A section of a new configuration, and the listener that it takes over, if there is one. */
interface Next {
  readonly section: RadiusServerSection
  readonly clients: RadiusClients
  readonly desk: SectionRuntime
  readonly listener: Listener | undefined
}

/** The authentication proxy: every server section of a configuration, listening. */
export class AuthenticationProxy {
  readonly #host: ProxyHost
  /** By section; they outlive a change of configuration. */
  readonly #signIns = new Map<string, SignInCounters>()
  /** Of earlier configurations, while requests that came under them are in progress. */
  readonly #retiring = new Set<SectionRuntime>()
  #listeners: Listener[] = []

  private constructor(host: ProxyHost) {
    this.#host = host
  }

  /** @throws {ListenError} with nothing left listening. */
  static async start(config: ProxyConfig, host: ProxyHost): Promise<AuthenticationProxy> {
    const proxy = new AuthenticationProxy(host)
    await proxy.replace(config)
    return proxy
  }

  /** The address of each section. */
  get listeners(): readonly { section: string; address: string; port: number }[] {
    return this.#listeners.map(({ server, section }) => ({
      section: section.name,
      ...server.address,
    }))
  }

  /** What became of each section's sign-ins while the API was slow or down. */
  get signIns(): ReadonlyMap<string, SignInCounters> {
    return this.#signIns
  }

  /** What each section's socket has seen since it began. */
  get counters(): ReadonlyMap<string, RadiusServer['counters']> {
    return new Map(this.#listeners.map(({ server, section }) => [section.name, server.counters]))
  }

  /** By section: addresses of which `message_authenticator = auto` requires a signature. */
  get latched(): ReadonlyMap<string, RadiusServer['latched']> {
    return new Map(this.#listeners.map(({ server, section }) => [section.name, server.latched]))
  }

  /** Forgets in every section which addresses sign their requests; logs how many were latched. */
  clearLatches(): void {
    for (const { server, section } of this.#listeners) {
      const addresses = server.latched.map(({ address }) => address)
      server.clearLatches()
      this.#host.log.warn(`[${section.name}] forgets which addresses send Message-Authenticator`, {
        latched: addresses.length,
        addresses: addresses.slice(0, 20).join(', '),
      })
    }
  }

  /**
   * Switches to another configuration. A socket whose address and port stay is kept; requests in progress
   * there are finished by the section that took them.
   *
   * @throws {ListenError} with the old configuration still at work.
   */
  async replace(config: ProxyConfig): Promise<void> {
    const next: Next[] = []
    const opened: Listener[] = []
    try {
      for (const section of config.servers) {
        const listener = this.#listeners.find((candidate) => samePlace(candidate.section, section))
        const clients = RadiusClients.of(section.radiusClients)
        const desk = this.#desk(section)
        next.push({ section, clients, desk, listener })
        if (listener === undefined) opened.push(await this.#open(section, desk))
      }
    } catch (error) {
      await Promise.all([...opened.map(({ server }) => server.close())])
      await Promise.all(next.map(({ desk }) => desk.close()))
      throw error
    }
    const kept: Listener[] = []
    for (const { listener, section, clients, desk } of next) {
      if (listener === undefined) continue
      kept.push(listener)
      this.#retire(listener.desk, section)
      listener.section = section
      listener.desk = desk
      listener.server.replaceClients(clients)
    }
    const closing = this.#listeners.filter((old) => !kept.includes(old))
    this.#listeners = [...kept, ...opened]
    await Promise.all(closing.map(closeListener))
  }

  async stop(): Promise<void> {
    const listeners = this.#listeners
    this.#listeners = []
    await Promise.all(listeners.map(closeListener))
    await Promise.all([...this.#retiring].map((desk) => desk.close()))
  }

  #retire(desk: SectionRuntime, { name }: RadiusServerSection): void {
    this.#retiring.add(desk)
    desk
      .retire()
      .catch((error: unknown) => {
        this.#host.log.warn(`[${name}] could not be closed`, { error: String(error) })
      })
      .finally(() => this.#retiring.delete(desk))
  }

  async #open(section: RadiusServerSection, desk: SectionRuntime): Promise<Listener> {
    const { log, clock } = this.#host
    const listener: Listener = {
      section,
      desk,
      server: new RadiusServer({
        place: toListenPlace(section),
        clients: RadiusClients.of(section.radiusClients),
        answer: (request) => listener.desk.answer(request),
        log,
        clock,
      }),
    }
    try {
      await listener.server.listen()
    } catch (error) {
      throw listenError(section, error)
    }
    return listener
  }

  #countersFor({ name }: RadiusServerSection): SignInCounters {
    const counters = this.#signIns.get(name) ?? new SignInCounters()
    this.#signIns.set(name, counters)
    return counters
  }

  #desk(section: RadiusServerSection): SectionRuntime {
    try {
      return new SectionRuntime(section, this.#countersFor(section), this.#host)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      throw new ListenError(`[${section.name}] can't start: ${message}`)
    }
  }
}

/** The server waits a bounded time for pending requests; the rest are broken off. */
async function closeListener({ server, desk }: Listener): Promise<void> {
  await server.close()
  await desk.close()
}

function samePlace(one: RadiusServerSection, other: RadiusServerSection): boolean {
  return isSamePlace(toListenPlace(one), toListenPlace(other))
}

function toListenPlace({ interfaceAddress, port }: RadiusServerSection): ListenPlace {
  return { address: interfaceAddress, port }
}

function listenError(section: RadiusServerSection, error: unknown): ListenError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const { interfaceAddress = '*' } = section
  const host = interfaceAddress.includes(':') ? `[${interfaceAddress}]` : interfaceAddress
  const place = `${host}:${section.port}`
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `UDP port ${section.port} is taken by another program; stop it or set port= to another`,
    EACCES: `UDP port ${section.port} may be opened by root only; start as root or set port= to one above 1023`,
    EAFNOSUPPORT: `this machine has no IPv6; leave interface out for IPv4`,
    EADDRNOTAVAIL: `interface ${section.interfaceAddress ?? ''} is not an address of this machine`,
  }
  return new ListenError(`[${section.name}] can't listen on ${place}: ${advice[code] ?? code}`)
}
