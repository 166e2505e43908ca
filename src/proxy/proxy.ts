import { errorText } from '../host/error_text.ts'
import type { ServerCounters } from '../radius/udp/counters.ts'
import { isSamePlace, type ListenPlace, placesCollide } from '../radius/udp/listen_place.ts'
import type { RadiusServer } from '../radius/udp/server.ts'
import type { SignedSource } from '../radius/udp/signed_sources.ts'
import { createAuthEvents } from './auth_event_log.ts'
import type { DecidedLogin, Listener, ListenerHost } from './front/listener.ts'
import { ListenError } from './listen_error.ts'
import type { PrimaryOnlyEffect } from './primary_only/primary_only_command.ts'
import { rebind } from './rebind.ts'
import type { ReportSource } from './report/reporter.ts'
import { SectionActivity } from './report/section_activity.ts'
import { RetriedLogins } from './second_factor/retried_logins.ts'
import { SignInCounters } from './second_factor/sign_in_counters.ts'
import { createListener, type SectionKinds, sectionKinds, toListenPlace } from './section_kinds.ts'
import { type ProxyHost, SectionRuntime } from './section_runtime.ts'
import type { ProxyConfig, ServerSection } from './sections/proxy_config.ts'
import type { ServingProxy } from './serving_proxy.ts'

/** A section with its place and its runtime. */
interface Prepared {
  readonly section: ServerSection
  readonly place: ListenPlace
  readonly runtime: SectionRuntime
}

/** A section that is being served. */
interface Served extends Prepared {
  readonly listener: Listener
}

/** The authentication proxy: listens for every server section of a configuration. */
export class AuthenticationProxy implements ServingProxy {
  readonly workers = []
  readonly #host: ProxyHost
  readonly #kinds: SectionKinds
  /** By section name; kept when the configuration changes. */
  readonly #signIns = new Map<string, SignInCounters>()
  /** By section name; kept when the configuration changes. */
  readonly #activity = new Map<string, SectionActivity>()
  /** Kept when the configuration changes, so that a retry joins a login that began before. */
  readonly #retriedLogins: RetriedLogins
  /** Runtimes of earlier configurations that still have pending logins. */
  readonly #retiring = new Set<SectionRuntime>()
  #served: readonly Served[] = []
  /** The last `replace` or `stop`; the next one waits for it. */
  #change: Promise<unknown> = Promise.resolve()
  #isStopped = false

  private constructor(host: ProxyHost, kinds: SectionKinds) {
    this.#host = host
    this.#kinds = kinds
    this.#retriedLogins = new RetriedLogins(host.retryTiming)
  }

  /** @throws {ListenError} with nothing left listening. */
  static async start(
    config: ProxyConfig,
    host: ProxyHost,
    kinds = sectionKinds,
  ): Promise<AuthenticationProxy> {
    const proxy = new AuthenticationProxy(host, kinds)
    await proxy.replace(config)
    return proxy
  }

  /** The local address of each section. */
  get listeners(): readonly { section: string; address: string; port: number }[] {
    return this.#served.flatMap(({ listener, section }) =>
      listener.isListening ? [{ section: section.name, ...listener.address }] : [],
    )
  }

  /** By section: logins that the API did not answer. */
  get signIns(): ReadonlyMap<string, SignInCounters> {
    return this.#signIns
  }

  /** The sections of the configuration that is in force, with what they have done. */
  get sections(): readonly ReportSource[] {
    return this.#served.map(({ section, runtime, listener }) => {
      const { transport, radius, isListening, place } = listener
      return {
        section,
        transport,
        address: isListening ? listener.address.address : (place.address ?? '0.0.0.0'),
        port: isListening ? listener.address.port : place.port,
        isListening,
        pending: radius?.pending ?? 0,
        // a copy of many addresses, which few readers need
        get latched() {
          return radius?.latched ?? []
        },
        counters: radius?.counters,
        activity: this.#activityOf(section.name),
        api: runtime.api,
      }
    })
  }

  get residentBytes(): number {
    return process.memoryUsage.rss()
  }

  async refresh(): Promise<void> {}

  /** By section: counts of the RADIUS server. */
  get counters(): ReadonlyMap<string, ServerCounters> {
    return new Map(this.#radiusServers().map(([name, { counters }]) => [name, counters]))
  }

  get isPrimaryOnly(): boolean {
    return this.#host.primaryOnly?.isActive() ?? false
  }

  /** What primary-only mode means for each section that is being served. */
  get primaryOnlyEffects(): readonly PrimaryOnlyEffect[] {
    return this.#served.map(({ section, runtime }) => ({
      section: section.name,
      client: section.client.name,
      checksPassword: runtime.checksPassword,
    }))
  }

  /** Takes over which addresses sign their requests, from another worker. */
  adoptLatches(section: string, latched: readonly SignedSource[]): void {
    const [, server] = this.#radiusServers().find(([name]) => name === section) ?? []
    server?.adoptLatches(latched)
  }

  /** Forgets which addresses sign their requests, and logs them. */
  clearLatches(): void {
    for (const [name, server] of this.#radiusServers()) {
      const addresses = server.latched.map(({ address }) => address)
      server.clearLatches()
      this.#host.log.warn(`[${name}] forgets which addresses send Message-Authenticator`, {
        latched: addresses.length,
        addresses: addresses.slice(0, 20).join(', '),
      })
    }
  }

  /**
   * Switches to another configuration while requests arrive. Concurrent calls run one after another.
   *
   * A listener whose place stays, or moves to another address of the same port, keeps its requests in
   * progress: they are decided under the old configuration. Other listeners are closed, after a
   * bounded wait for their requests.
   *
   * @throws {ListenError} with the old configuration still in force.
   */
  replace(config: ProxyConfig): Promise<void> {
    return this.#afterOthers(() => this.#replace(config))
  }

  /** A `replace` in progress completes first; later ones throw. */
  stop(): Promise<void> {
    return this.#afterOthers(() => this.#stop())
  }

  #afterOthers(change: () => Promise<void>): Promise<void> {
    const result = this.#change.then(change)
    this.#change = result.catch(() => {})
    return result
  }

  async #replace(config: ProxyConfig): Promise<void> {
    if (this.#isStopped) throw new ListenError('the proxy is stopped')
    const prepared = await this.#prepare(config.servers)
    const matches = this.#matchListeners(prepared)
    const closing = this.#served.filter((old) => ![...matches.values()].includes(old))
    const taken = prepared.flatMap((each): Served[] => {
      const listener = matches.get(each)?.listener
      return listener === undefined ? [] : [{ ...each, listener }]
    })
    const opened: Served[] = []
    const changes: (() => void)[] = []
    try {
      for (const { section, runtime, listener } of taken) {
        changes.push(explain(section, () => listener.prepare(section, runtime)))
      }
      for (const each of prepared) {
        if (matches.has(each)) continue
        opened.push({ ...each, listener: explain(each.section, () => this.#createListener(each)) })
      }
      const moved = taken.filter(
        ({ listener, place }) => !listener.isListening || !isSamePlace(listener.place, place),
      )
      const old = closing.map(({ listener }) => listener)
      await rebind(moved, opened, old)
    } catch (error) {
      await Promise.all(opened.map(({ listener }) => listener.close()))
      await Promise.all(prepared.map(({ runtime }) => runtime.close()))
      throw error
    }
    for (const old of matches.values()) this.#retire(old)
    for (const change of changes) change()
    const next = [...taken, ...opened]
    this.#served = prepared.flatMap(({ section }) => next.filter((one) => one.section === section))
    await Promise.all(closing.map(close))
  }

  async #stop(): Promise<void> {
    this.#isStopped = true
    const served = this.#served
    this.#served = []
    await Promise.all(served.map(close))
    await Promise.all([...this.#retiring].map((runtime) => runtime.close()))
  }

  async #prepare(sections: readonly ServerSection[]): Promise<Prepared[]> {
    const prepared: Prepared[] = []
    try {
      for (const section of sections) {
        const place = toListenPlace(this.#kinds, section.kind, section)
        prepared.push({ section, place, runtime: this.#createRuntime(section) })
      }
      return prepared
    } catch (error) {
      await Promise.all(prepared.map(({ runtime }) => runtime.close()))
      throw error
    }
  }

  /** Finds the listener that each section takes over: at the same place, or else on the same port. */
  #matchListeners(prepared: readonly Prepared[]): ReadonlyMap<Prepared, Served> {
    const matches = new Map<Prepared, Served>()
    for (const isMatch of [isSamePlace, placesCollide]) {
      const free = new Set(this.#served)
      for (const old of matches.values()) free.delete(old)
      for (const each of prepared) {
        if (matches.has(each)) continue
        const candidates = [...free].filter(
          (old) =>
            this.#kinds.servers[old.section.kind].listener ===
              this.#kinds.servers[each.section.kind].listener &&
            isMatch(old.listener.place, each.place),
        )
        const match =
          candidates.find((old) => old.section.name === each.section.name) ?? candidates[0]
        if (match === undefined) continue
        matches.set(each, match)
        free.delete(match)
      }
    }
    return matches
  }

  #createListener({ section, runtime }: Prepared): Listener {
    return createListener(this.#kinds, section.kind, section, runtime, this.#listenerHost())
  }

  #listenerHost(): ListenerHost {
    const host = this.#host
    return {
      log: host.log,
      clock: host.clock,
      sharing: host.worker,
      // read again for each configuration, which may turn events on or off
      get events() {
        return createAuthEvents(host.writeEvent)
      },
      decided: (name: string, login: DecidedLogin) => {
        this.#activityOf(name).decided(login, performance.now())
        host.observer?.loginDecided(name, login.elapsedMs)
        host.worker?.decided(name, login)
      },
    }
  }

  #createRuntime(section: ServerSection): SectionRuntime {
    const counters = this.#signIns.get(section.name) ?? new SignInCounters()
    this.#signIns.set(section.name, counters)
    const activity = this.#activityOf(section.name)
    return explain(
      section,
      () =>
        new SectionRuntime(
          section,
          counters,
          activity,
          this.#retriedLogins,
          this.#host,
          this.#kinds,
        ),
    )
  }

  #activityOf(name: string): SectionActivity {
    const activity = this.#activity.get(name) ?? new SectionActivity()
    this.#activity.set(name, activity)
    return activity
  }

  #retire({ runtime, section }: Served): void {
    this.#retiring.add(runtime)
    runtime
      .retire()
      .catch((error: unknown) => {
        this.#host.log.warn(`[${section.name}] could not be closed`, { error: String(error) })
      })
      .finally(() => this.#retiring.delete(runtime))
  }

  #radiusServers(): [section: string, server: RadiusServer][] {
    return this.#served.flatMap(({ section, listener: { radius } }) =>
      radius === undefined ? [] : [[section.name, radius]],
    )
  }
}

/** The listener waits a bounded time for pending requests; then their calls are aborted. */
async function close({ listener, runtime }: Served): Promise<void> {
  await listener.close()
  await runtime.close()
}

/** @throws {ListenError} if `create` fails. */
function explain<Created>({ name }: ServerSection, create: () => Created): Created {
  try {
    return create()
  } catch (error) {
    const message = errorText(error)
    throw new ListenError(`[${name}] can't start: ${message}`)
  }
}
