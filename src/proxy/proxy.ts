import { hostname } from 'node:os'
import { AuthApiClient } from '../duo/https/auth_api_client.ts'
import { AuthApiUnavailable } from '../duo/https/auth_api_unavailable.ts'
import type { Clock } from '../host/clock.ts'
import type { Log } from '../host/log.ts'
import { version } from '../host/version.ts'
import type { AccessRequest, Answer } from '../radius/udp/access_request.ts'
import { RadiusClients } from '../radius/udp/radius_client.ts'
import { RadiusServer } from '../radius/udp/server.ts'
import type { ProxyConfig, RadiusServerSection } from './config/proxy_config.ts'
import type { AuthEvent } from './front/auth_events.ts'
import { radiusFront } from './front/radius_front.ts'
import { duoOnly } from './mode/duo_only.ts'
import { SecondFactor } from './second_factor/second_factor.ts'

/** What a machine lends the proxy. */
export interface ProxyHost {
  readonly log: Log
  /** Each event as one line of JSON. */
  readonly writeEvent: (line: string) => void
  readonly clock: Clock
}

/** Thrown where a listener can't be opened; the message names the section, the port and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

const learnEveryMs = 60_000

/** One server section at work: its socket, and what answers the requests that come in there. */
interface Listener {
  readonly server: RadiusServer
  section: RadiusServerSection
  desk: Desk
}

/** What answers the requests of a section; a new configuration brings a new one. */
interface Desk {
  readonly answer: (request: AccessRequest) => Promise<Answer>
  readonly close: () => Promise<void>
}

/** The authentication proxy: every server section of a configuration, listening. */
export class AuthenticationProxy {
  readonly #host: ProxyHost
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

  /** Where each section listens. */
  get listeners(): readonly { section: string; address: string; port: number }[] {
    return this.#listeners.map(({ server, section }) => ({
      section: section.name,
      ...server.address,
    }))
  }

  /** What each section has seen since it began. */
  get counters(): ReadonlyMap<string, RadiusServer['counters']> {
    return new Map(this.#listeners.map(({ server, section }) => [section.name, server.counters]))
  }

  /**
   * Takes another configuration. A socket whose address and port stay is kept; requests in progress
   * there are finished by the section that took them.
   *
   * @throws {ListenError} with the old configuration still at work.
   */
  async replace(config: ProxyConfig): Promise<void> {
    const opened: Listener[] = []
    const kept: { listener: Listener; section: RadiusServerSection }[] = []
    try {
      for (const section of config.servers) {
        const listener = this.#listeners.find((candidate) => samePlace(candidate.section, section))
        if (listener === undefined) opened.push(await this.#open(section))
        else kept.push({ listener, section })
      }
    } catch (error) {
      await Promise.all(opened.map(closeListener))
      throw error
    }
    const closing = this.#listeners.filter((old) => !kept.some(({ listener }) => listener === old))
    for (const { listener, section } of kept) {
      void listener.desk.close()
      listener.section = section
      listener.desk = this.#desk(section)
      listener.server.replaceClients(RadiusClients.of(section.clients))
    }
    this.#listeners = [...kept.map(({ listener }) => listener), ...opened]
    await Promise.all(closing.map(closeListener))
  }

  async stop(): Promise<void> {
    const listeners = this.#listeners
    this.#listeners = []
    await Promise.all(listeners.map(closeListener))
  }

  async #open(section: RadiusServerSection): Promise<Listener> {
    const { log, clock } = this.#host
    const desk = this.#desk(section)
    const listener: Listener = {
      section,
      desk,
      server: new RadiusServer({
        address: section.interfaceAddress,
        port: section.port,
        clients: RadiusClients.of(section.clients),
        answer: (request) => listener.desk.answer(request),
        log,
        clock,
      }),
    }
    try {
      await listener.server.listen()
    } catch (error) {
      await desk.close()
      throw listenError(section, error)
    }
    return listener
  }

  #desk(section: RadiusServerSection): Desk {
    const { log, clock, writeEvent } = this.#host
    const api = new AuthApiClient({
      ikey: section.ikey,
      skey: section.skey,
      host: section.apiHost,
      port: section.apiPort,
      caFile: section.httpCaCertsFile,
      httpProxy:
        section.httpProxyHost === undefined
          ? undefined
          : { host: section.httpProxyHost, port: section.httpProxyPort },
      timeoutSecs: section.apiTimeoutSecs,
      userAgent: `countersign_authproxy/${version} (${process.platform})`,
      clock,
    })
    const secondFactor = new SecondFactor({
      api,
      failmode: section.failmode,
      factorAliases: section.factorAliases,
      exemptUsernames: section.exemptUsernames,
      unavailable: (error) =>
        error instanceof AuthApiUnavailable
          ? {
              ...error,
              saidSo: error.reason === 'http_5xx',
              message: `${error.reason}: ${error.message}`,
            }
          : undefined,
      log,
    })
    const host = hostname()
    const answer = radiusFront({
      section: section.name,
      ikey: section.ikey,
      clientIpAttr: section.clientIpAttr,
      pwCodec: section.pwCodec,
      decide: duoOnly(secondFactor),
      events: {
        write: (event: AuthEvent) => writeEvent(JSON.stringify({ ...event, hostname: host })),
      },
      log,
      clock,
    })
    const learning = learnNowAndThen(secondFactor, section, log)
    let pending = 0
    let closing: (() => void) | undefined
    return {
      answer: async (request) => {
        pending++
        try {
          return await answer(request)
        } finally {
          pending--
          if (pending === 0) closing?.()
        }
      },
      close: async () => {
        clearInterval(learning)
        if (pending > 0) {
          await new Promise<void>((resolve) => {
            closing = resolve
          })
        }
        await api.close()
      },
    }
  }
}

/** Asks in the background what the API can do: never while a login waits. */
function learnNowAndThen(
  secondFactor: SecondFactor,
  section: RadiusServerSection,
  log: Log,
): NodeJS.Timeout {
  const learn = (): void => {
    secondFactor.learnCapabilities().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      log.warn(`[${section.name}]: check of ${section.apiHost} failed: ${message}`)
    })
  }
  learn()
  const timer = setInterval(learn, learnEveryMs)
  timer.unref()
  return timer
}

async function closeListener({ server, desk }: Listener): Promise<void> {
  await server.close()
  const given = new Promise<void>((resolve) => setTimeout(resolve, 500).unref())
  await Promise.race([desk.close(), given])
}

function samePlace(one: RadiusServerSection, other: RadiusServerSection): boolean {
  return (
    one.port === other.port && one.port !== 0 && one.interfaceAddress === other.interfaceAddress
  )
}

function listenError(section: RadiusServerSection, error: unknown): ListenError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const place = `${section.interfaceAddress ?? '*'}:${section.port}`
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `UDP port ${section.port} is taken by another program; stop it or set port= to another`,
    EACCES: `UDP port ${section.port} may be opened by root only; start as root or set port= to one above 1023`,
    EADDRNOTAVAIL: `interface ${section.interfaceAddress ?? ''} is not an address of this machine`,
  }
  return new ListenError(`[${section.name}] can't listen on ${place}: ${advice[code] ?? code}`)
}
