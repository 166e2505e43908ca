import type { ResolveName } from '../duo/https/api_addresses.ts'
import type { ApiCall, BegunCall } from '../duo/https/api_call.ts'
import type { AuthApiClient } from '../duo/https/auth_api_client.ts'
import { AuthApiFailure, AuthApiUnavailable, failures } from '../duo/index.ts'
import type { Clock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import type { Log } from '../host/log.ts'
import { StallMeter } from '../host/stall_meter.ts'
import { TimerWheel } from '../host/timer_wheel.ts'
import type { PlaceSharing } from '../radius/udp/server.ts'
import { createAuthApi } from './auth_api.ts'
import type { DecidedLogin } from './front/listener.ts'
import { sectionLog } from './front/section_log.ts'
import type { Login, RequestIdentity } from './login/login.ts'
import type { Decider, Verdict } from './login/verdict.ts'
import type { PrimaryAuthentication } from './primary/primary.ts'
import type { ReportApi } from './report/reporter.ts'
import type { ApiState, SectionActivity } from './report/section_activity.ts'
import { type CheckOutcome, outageAfterMs } from './second_factor/availability.ts'
import { maxPendingPerUser } from './second_factor/pending_logins.ts'
import { neverPrimaryOnly, type PrimaryOnlySwitch } from './second_factor/primary_only_verdict.ts'
import type { RetriedLogins } from './second_factor/retried_logins.ts'
import { SecondFactor } from './second_factor/second_factor.ts'
import type { Timing } from './second_factor/shared_outcome.ts'
import type { SignInCounters } from './second_factor/sign_in_counters.ts'
import { createMode, createPrimary, type SectionKinds } from './section_kinds.ts'
import type { ServerSection } from './sections/proxy_config.ts'

/** What the proxy needs from the program that runs it. */
export interface ProxyHost {
  readonly log: Log
  /** Receives each event as one line of JSON; `undefined` if events are not logged. */
  readonly writeEvent?: ((line: string) => void) | undefined
  readonly clock: Clock
  /** For metrics; `undefined` without them. */
  readonly observer?: ProxyObserver | undefined
  /** How long `check` must have failed before the API counts as down. */
  readonly outageAfterMs?: number
  /** Replaces the clock and the timers by which retries join logins. */
  readonly retryTiming?: Timing | undefined
  /** Replaces the machine's resolver. */
  readonly resolveName?: ResolveName
  /** Without it, every login needs its second factor. */
  readonly primaryOnly?: PrimaryOnlySwitch | undefined
  /** For a process that is one of several with the same configuration. */
  readonly worker?: WorkerHost | undefined
}

/** What a worker shares with the other workers. */
export interface WorkerHost extends PlaceSharing {
  /** How many workers there are; limits of the whole proxy are divided by it. */
  readonly count: number
  /** Receives each decided login; must not throw. */
  decided(section: string, login: DecidedLogin): void
  /** Receives how long each answered call took that needs no user. */
  answered(section: string, elapsedMs: number): void
  /** When another worker last had an answer of the section's API, by `machineMs`. */
  answeredElsewhereMs(section: string): number | undefined
}

/** Receives what happens; must not throw. */
export interface ProxyObserver {
  loginDecided(section: string, elapsedMs: number): void
  apiCalled(section: string, call: ApiCall): void
  /** Before a call to the API is sent. */
  apiCallBegun?(section: string, call: BegunCall): void
}

/** Keeps the connection of `check` open: servers close idle ones after 15 s or more. */
const pingIntervalMs = 10_000

/**
 * Decides on the logins of a server section by its mode, with its own connections to the API. A new
 * configuration creates new runtimes; the old ones finish their pending logins.
 */
export class SectionRuntime implements Decider {
  readonly #api: AuthApiClient
  readonly #primary: PrimaryAuthentication
  readonly #secondFactor: SecondFactor
  readonly #mode: Decider
  readonly #stalls = new StallMeter()
  readonly #pings: NodeJS.Timeout
  #pending = 0
  #isRetired = false
  #isClosed = false
  #idle: PromiseWithResolvers<void> | undefined

  /** @throws An error of the system if a file that the section names can't be read. */
  constructor(
    section: ServerSection,
    counters: SignInCounters,
    activity: SectionActivity,
    retriedLogins: RetriedLogins,
    host: ProxyHost,
    kinds: SectionKinds,
  ) {
    const log = sectionLog(section, host.log)
    const timers = new TimerWheel()
    const { worker } = host
    const api = createAuthApi(section, {
      log,
      timers,
      clock: host.clock,
      onCallBegun: (call) => host.observer?.apiCallBegun?.(section.name, call),
      onCall: (call) => host.observer?.apiCalled(section.name, call),
      resolve: host.resolveName,
      onAnswered: (elapsedMs) => {
        activity.serviceLatency.add(elapsedMs, performance.now())
        worker?.answered(section.name, elapsedMs)
      },
    })
    this.#api = api
    const secondFactor = new SecondFactor(
      {
        ...section,
        api,
        counters,
        answeredElsewhereMs: () => worker?.answeredElsewhereMs(section.name),
        maxPendingPerUser: maxPendingPerUser(worker?.count ?? 1),
        timers,
        stalls: this.#stalls,
        outageAfterMs: host.outageAfterMs ?? outageAfterMs,
        primaryOnly: host.primaryOnly ?? neverPrimaryOnly,
        retriedLogins,
        application: JSON.stringify([section.name, section.ikey, section.apiHost, section.apiPort]),
        log,
      },
      this.#watchChecks(section, activity, log),
    )
    this.#secondFactor = secondFactor
    this.#primary = createPrimary(kinds, section.client.kind, section.client)
    this.#mode = createMode(kinds, section.kind, section, {
      primary: this.#primary,
      secondFactor,
    })
    const ping = (): void => void secondFactor.availability.ping()
    ping()
    this.#pings = setInterval(ping, pingIntervalMs).unref()
  }

  /** For reports. */
  get api(): ReportApi {
    return this.#api
  }

  /** Whether a login of this section has a password that the proxy checks. */
  get checksPassword(): boolean {
    return this.#primary.checksPassword
  }

  get sendsChallenges(): boolean {
    return this.#mode.sendsChallenges
  }

  get takesResponses(): boolean {
    return this.#mode.takesResponses
  }

  async decide(login: Login): Promise<Verdict> {
    this.#pending++
    try {
      return await this.#mode.decide(login)
    } finally {
      this.#pending--
      if (this.#pending === 0) {
        this.#idle?.resolve()
        this.#idle = undefined
      }
    }
  }

  retransmitted(request: RequestIdentity): void {
    this.#secondFactor.retransmitted(request)
  }

  /** Closes as soon as no login is pending. */
  async retire(): Promise<void> {
    this.#isRetired = true
    await this.#untilIdle()
    await this.close()
  }

  /** Aborts calls in progress; their logins are rejected before this resolves. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#pings)
    this.#stalls.close()
    this.#secondFactor.close()
    await Promise.all([this.#primary.close(), this.#api.close()])
    await this.#untilIdle()
  }

  /** Remembers and logs the outcomes of `check`, until another configuration replaces this one. */
  #watchChecks(
    section: ServerSection,
    activity: SectionActivity,
    log: Log,
  ): (outcome: CheckOutcome) => void {
    const report = reportChanges(section, log)
    return (outcome) => {
      // a check in progress fails when its own connection is closed
      if (this.#isClosed) return
      report(outcome)
      if (!this.#isRetired) activity.apiState = toApiState(outcome) ?? activity.apiState
    }
  }

  async #untilIdle(): Promise<void> {
    if (this.#pending === 0) return
    this.#idle ??= Promise.withResolvers<void>()
    await this.#idle.promise
    // the listener takes the last verdict and writes its event
    await new Promise(setImmediate)
  }
}

/** @returns `undefined` if the outcome says nothing about the API: a shortage on this machine. */
function toApiState(outcome: CheckOutcome): ApiState | undefined {
  if (outcome.kind === 'answered') return { kind: 'usable' }
  const { error } = outcome
  if (error instanceof AuthApiFailure) {
    return error.code === failures.tooManyRequests.code
      ? { kind: 'usable' }
      : { kind: 'refused', problem: error.message }
  }
  if (!(error instanceof AuthApiUnavailable)) return { kind: 'refused', problem: String(error) }
  return error.reason === 'overload' || error.reason === 'cancelled'
    ? undefined
    : { kind: 'down', problem: error.message }
}

/** Logs when `check` begins to fail, fails for another reason, or is answered again. */
function reportChanges(section: ServerSection, log: Log): (outcome: CheckOutcome) => void {
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
  return errorText(error)
}
