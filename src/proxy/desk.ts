import { hostname } from 'node:os'
import type { AuthApiClient } from '../duo/https/auth_api_client.ts'
import type { Clock } from '../host/clock.ts'
import type { Log } from '../host/log.ts'
import type { AccessRequest, Answer } from '../radius/udp/access_request.ts'
import { createAuthApi } from './auth_api.ts'
import { radiusFront } from './front/radius_front.ts'
import { duoOnly } from './mode/duo_only.ts'
import { type CheckOutcome, outageAfterMs } from './second_factor/availability.ts'
import { SecondFactor } from './second_factor/second_factor.ts'
import type { SignInCounters } from './second_factor/sign_in_counters.ts'
import type { RadiusServerSection } from './sections/proxy_config.ts'

/** The proxy's access to its machine. */
export interface ProxyHost {
  readonly log: Log
  /** Takes each event as one line of JSON; `undefined` if events are not logged. */
  readonly writeEvent?: ((line: string) => void) | undefined
  readonly clock: Clock
  /** How long `check` must have failed before the API counts as down. */
  readonly outageAfterMs?: number
}

/** Often enough that the connection of `check` stays open: servers close idle ones after 15 s or more. */
const pingEveryMs = 10_000

/**
 * Answers the requests of one server section. A new configuration brings a new desk; the old one
 * finishes its pending requests.
 */
export class SectionRuntime {
  readonly #api: AuthApiClient
  readonly #answer: (request: AccessRequest) => Promise<Answer>
  readonly #secondFactor: SecondFactor
  readonly #pings: NodeJS.Timeout
  #pending = 0
  #idle: (() => void) | undefined

  /** @throws An error of the system's where a file that the section names can't be read. */
  constructor(section: RadiusServerSection, counters: SignInCounters, host: ProxyHost) {
    const { clock } = host
    const log = section.debug ? host.log : withoutDebug(host.log)
    this.#api = createAuthApi(section, { log, clock })
    const secondFactor = new SecondFactor(
      {
        ...section,
        api: this.#api,
        counters,
        outageAfterMs: host.outageAfterMs ?? outageAfterMs,
        log,
      },
      reportChanges(section, log),
    )
    this.#secondFactor = secondFactor
    this.#answer = radiusFront({
      section: section.name,
      ikey: section.ikey,
      clientIpAttr: section.clientIpAttr,
      pwCodec: section.pwCodec,
      decide: duoOnly(secondFactor),
      events: createAuthEvents(host),
      log,
      clock: host.clock,
    })
    const ping = (): void => void secondFactor.availability.ping()
    ping()
    this.#pings = setInterval(ping, pingEveryMs)
    this.#pings.unref()
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

  /** Closes when its pending requests are finished. */
  async retire(): Promise<void> {
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
    await this.close()
  }

  /** Closes at once: calls under way are broken off. */
  async close(): Promise<void> {
    clearInterval(this.#pings)
    this.#secondFactor.availability.close()
    await this.#api.close()
  }
}

/** Logs when `check` begins to fail, fails for another reason, or is answered again. */
function reportChanges(section: RadiusServerSection, log: Log): (outcome: CheckOutcome) => void {
  let reported: string | undefined
  return (outcome) => {
    const problem = outcome.kind === 'failed' ? describe(outcome.error) : undefined
    if (problem === reported) return
    reported = problem
    if (problem === undefined) log.info(`[${section.name}]: ${section.apiHost} answers again`)
    else log.warn(`[${section.name}]: check of ${section.apiHost} failed: ${problem}`)
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function createAuthEvents({
  writeEvent,
}: ProxyHost): { write: (event: object) => void } | undefined {
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
