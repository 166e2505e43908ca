import { hostname } from 'node:os'
import { AuthApiClient } from '../duo/https/auth_api_client.ts'
import type { Clock } from '../host/clock.ts'
import type { Log } from '../host/log.ts'
import { version } from '../host/version.ts'
import type { AccessRequest, Answer } from '../radius/udp/access_request.ts'
import type { RadiusServerSection } from './config/proxy_config.ts'
import { radiusFront } from './front/radius_front.ts'
import { duoOnly } from './mode/duo_only.ts'
import { SecondFactor } from './second_factor/second_factor.ts'

/** What a machine lends the proxy. */
export interface ProxyHost {
  readonly log: Log
  /** Takes each event as one line of JSON; `undefined` where nobody wants them. */
  readonly writeEvent?: ((line: string) => void) | undefined
  readonly clock: Clock
}

const learnEveryMs = 60_000

/**
 * What answers the requests of one server section. A new configuration brings a new one, while the
 * old one finishes what it has begun.
 */
export class Desk {
  readonly #api: AuthApiClient
  readonly #answer: (request: AccessRequest) => Promise<Answer>
  readonly #learning: NodeJS.Timeout
  #pending = 0
  #idle: (() => void) | undefined

  /** @throws An error of the system's where a file that the section names can't be read. */
  constructor(section: RadiusServerSection, host: ProxyHost) {
    const log = section.debug ? host.log : withoutDebug(host.log)
    this.#api = apiOf(section, log, host.clock)
    const secondFactor = new SecondFactor({ ...section, api: this.#api, log })
    this.#answer = radiusFront({
      section: section.name,
      ikey: section.ikey,
      clientIpAttr: section.clientIpAttr,
      pwCodec: section.pwCodec,
      decide: duoOnly(secondFactor),
      events: eventsOf(host),
      log,
      clock: host.clock,
    })
    const learn = (): void => void this.#learn(secondFactor, section, log)
    learn()
    this.#learning = setInterval(learn, learnEveryMs)
    this.#learning.unref()
  }

  async answer(request: AccessRequest): Promise<Answer> {
    this.#pending++
    try {
      return await this.#answer(request)
    } finally {
      this.#pending--
      if (this.#pending === 0) this.#idle?.()
    }
  }

  /** Closes when what it has begun is finished. */
  async retire(): Promise<void> {
    clearInterval(this.#learning)
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
    await this.#api.close()
  }

  /** Closes at once: what is still waited for is broken off. */
  async close(): Promise<void> {
    clearInterval(this.#learning)
    await this.#api.close()
  }

  /** Asks in the background what the API can do: never while a login waits. */
  async #learn(secondFactor: SecondFactor, section: RadiusServerSection, log: Log): Promise<void> {
    try {
      await secondFactor.learnCapabilities()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      log.warn(`[${section.name}]: check of ${section.apiHost} failed: ${message}`)
    }
  }
}

function apiOf(section: RadiusServerSection, log: Log, clock: Clock): AuthApiClient {
  const { httpProxyHost, httpProxyPort } = section
  return new AuthApiClient({
    ikey: section.ikey,
    skey: section.skey,
    host: section.apiHost,
    port: section.apiPort,
    caFile: section.httpCaCertsFile,
    httpProxy:
      httpProxyHost === undefined ? undefined : { host: httpProxyHost, port: httpProxyPort },
    timeoutSecs: section.apiTimeoutSecs,
    userAgent: `countersign_authproxy/${version} (${process.platform})`,
    log,
    clock,
  })
}

function eventsOf({ writeEvent }: ProxyHost): { write: (event: object) => void } | undefined {
  if (writeEvent === undefined) return undefined
  const host = hostname()
  return { write: (event) => writeEvent(JSON.stringify({ ...event, hostname: host })) }
}

function withoutDebug(log: Log): Log {
  return {
    debug: () => {},
    info: (message, fields) => log.info(message, fields),
    warn: (message, fields) => log.warn(message, fields),
    error: (message, fields) => log.error(message, fields),
  }
}
