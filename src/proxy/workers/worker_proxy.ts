import { setTimeout as delay } from 'node:timers/promises'
import { errorText } from '../../host/error_text.ts'
import type { ListenPlace } from '../../radius/udp/listen_place.ts'
import type { WorkerStatus } from '../control/proxy_status.ts'
import { ListenError } from '../listen_error.ts'
import type { PrimaryOnly } from '../primary_only/primary_only.ts'
import type { PrimaryOnlyEffect } from '../primary_only/primary_only_command.ts'
import type { ProxyLogs } from '../proxy_logs.ts'
import type { ReportSource } from '../report/reporter.ts'
import { SectionActivity } from '../report/section_activity.ts'
import type { SignInCounters } from '../second_factor/sign_in_counters.ts'
import type { ProxyHost } from '../section_runtime.ts'
import type { ProxyConfig } from '../sections/proxy_config.ts'
import type { ServingProxy } from '../serving_proxy.ts'
import { encodeConfig } from './config_message.ts'
import type { Batch, Shared, State } from './messages.ts'
import { reservePlaces } from './reserved_places.ts'
import { Worker } from './worker.ts'
import { addCounts, combineSection, combineSignIns, withoutLatches } from './worker_sections.ts'
import { type WorkerLimits, WorkerWatch } from './worker_watch.ts'

export interface WorkerProxyOptions {
  readonly count: number
  /** The program that calls `runWorker`, and its arguments before the worker's number. */
  readonly program: string
  readonly args: readonly string[]
  readonly logs: ProxyLogs
  readonly primaryOnly: PrimaryOnly
  /** Replaces the usual limits of `WorkerWatch`. */
  readonly limits?: Partial<WorkerLimits>
}

const shareEveryMs = 1_000
const stopMs = 8_000
/** Wait before a worker that ends at once is restarted; doubled each time. */
const minRestartMs = 250
const maxRestartMs = 30_000

/**
 * Serves the sections in several processes. Each worker has its own sockets at the same places
 * (`SO_REUSEPORT`): the kernel gives all datagrams from one address and port to the same worker, so that
 * retransmissions find their request. This process serves nothing. It keeps configuration, logs, counts and
 * primary-only mode, and restarts a worker that ends or hangs.
 */
export class WorkerProxy implements ServingProxy {
  readonly #host: ProxyHost
  readonly #options: WorkerProxyOptions
  readonly #running = new Map<number, Worker>()
  /** What workers that have ended counted and learned, together. */
  #ended: State | undefined
  /** Until all workers have forgotten their latches, none learns them from another. */
  #isClearing = false
  /** How often the latches were cleared; a worker that starts meanwhile must clear them, too. */
  #clears = 0
  readonly #restarts = new Map<number, number>()
  /** How often a worker ended soon after its start, in a row. */
  readonly #failures = new Map<number, number>()
  readonly #activity = new Map<string, SectionActivity>()
  readonly #stopping = new AbortController()
  readonly #timer: NodeJS.Timeout
  #config: ProxyConfig
  readonly #watch: WorkerWatch
  /** The last change of the configuration; the next one waits for it. */
  #change: Promise<unknown> = Promise.resolve()

  private constructor(config: ProxyConfig, host: ProxyHost, options: WorkerProxyOptions) {
    this.#config = config
    this.#host = host
    this.#options = options
    this.#watch = new WorkerWatch(host.log, options.limits)
    this.#timer = setInterval(() => this.#look(), shareEveryMs)
  }

  /** @throws {ListenError} with nothing left listening. */
  static async start(
    config: ProxyConfig,
    host: ProxyHost,
    options: WorkerProxyOptions,
  ): Promise<WorkerProxy> {
    const proxy = new WorkerProxy(await reservePlaces(config, []), host, options)
    const numbers = Array.from({ length: options.count }, (_, index) => index + 1)
    const started = await Promise.allSettled(numbers.map((number) => proxy.#start(number)))
    const failed = started.find(({ status }) => status === 'rejected')
    if (failed?.status !== 'rejected') return proxy
    await proxy.stop()
    throw failed.reason
  }

  get sections(): readonly ReportSource[] {
    const states = this.#states
    return this.#config.servers.map((section) => {
      const find = (from: readonly State[]) =>
        from.flatMap(({ sections }) => sections.find(({ name }) => name === section.name) ?? [])
      const found = { states: find(states), ended: find(this.#endedStates) }
      return combineSection(
        section,
        found,
        this.#activityOf(section.name),
        async (name, report) =>
          await this.#reporter(name)?.ask({ kind: 'report', section: name, report }),
      )
    })
  }

  get signIns(): ReadonlyMap<string, SignInCounters> {
    return combineSignIns([...this.#endedStates, ...this.#states])
  }

  get isPrimaryOnly(): boolean {
    return this.#options.primaryOnly.isActive()
  }

  get primaryOnlyEffects(): readonly PrimaryOnlyEffect[] {
    return this.#states[0]?.effects ?? []
  }

  get workers(): readonly WorkerStatus[] {
    return Array.from({ length: this.#options.count }, (_, index) => {
      const number = index + 1
      const worker = this.#running.get(number)
      return {
        number,
        ...(worker === undefined
          ? {}
          : { pid: worker.pid, started_at: worker.startedAt.toISOString() }),
        restarts: this.#restarts.get(number) ?? 0,
        pending: worker?.state === undefined ? 0 : pendingOf(worker.state),
        resident_bytes: worker?.state?.residentBytes ?? 0,
      }
    })
  }

  get residentBytes(): number {
    const own = process.memoryUsage.rss()
    return this.#states.reduce((sum, { residentBytes }) => sum + residentBytes, own)
  }

  async refresh(): Promise<void> {
    this.#share()
    // does not wait for a worker that hangs
    const waited = new AbortController()
    const flushed = this.#all.map((worker) => worker.ask({ kind: 'flush' }))
    const late = delay(shareEveryMs, undefined, { signal: waited.signal }).catch(() => {})
    await Promise.race([Promise.allSettled(flushed), late])
    waited.abort()
  }

  clearLatches(): void {
    this.#isClearing = true
    this.#clears++
    this.#ended = this.#ended === undefined ? undefined : withoutLatches(this.#ended)
    const cleared = this.#all.map((worker) => worker.ask({ kind: 'clear_latches' }))
    void Promise.allSettled(cleared).then(() => {
      this.#isClearing = false
    })
  }

  replace(config: ProxyConfig): Promise<void> {
    return this.#afterOthers(() => this.#replace(config))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#timer)
    const late = setTimeout(() => {
      for (const worker of this.#all) worker.kill()
    }, stopMs)
    await Promise.allSettled(this.#all.map((worker) => worker.ask({ kind: 'stop' })))
    clearTimeout(late)
  }

  /**
   * First one worker, whose failure changes nothing; then the others. All have one configuration in the end: those
   * that are being started get it once they are ready.
   */
  async #replace(config: ProxyConfig): Promise<void> {
    if (this.#stopping.signal.aborted) throw new ListenError('the proxy is stopped')
    const next = await reservePlaces(config, this.#places)
    const request = { kind: 'replace', config: this.#encode(next) } as const
    const ready = this.#all.filter(({ isReady }) => isReady)
    const [first, ...others] = ready
    await first?.ask(request)
    const results = await Promise.allSettled(others.map((worker) => worker.ask(request)))
    const failed = results.find(({ status }) => status === 'rejected')
    if (failed?.status !== 'rejected') {
      for (const worker of ready) worker.config = next
      this.#config = next
      return
    }
    const undo = { kind: 'replace', config: this.#encode(this.#config) } as const
    await Promise.allSettled(ready.map((worker) => worker.ask(undo).catch(() => worker.kill())))
    throw failed.reason
  }

  get #places(): readonly ListenPlace[] {
    return this.#config.servers.map(({ interfaceAddress: address, port }) => ({ address, port }))
  }

  get #all(): readonly Worker[] {
    return [...this.#running.values()].toSorted((one, other) => one.number - other.number)
  }

  get #states(): readonly State[] {
    return this.#all.flatMap(({ state }) => state ?? [])
  }

  get #endedStates(): readonly State[] {
    return this.#ended === undefined ? [] : [this.#ended]
  }

  #afterOthers(change: () => Promise<void>): Promise<void> {
    const result = this.#change.then(change)
    this.#change = result.catch(() => {})
    return result
  }

  /** @throws {ListenError} if it can't listen. */
  async #start(number: number): Promise<Worker> {
    const { program, args, count } = this.#options
    const worker = new Worker(
      {
        program,
        args: [...args, String(number)],
        number,
        receive: (message) => this.#receive(message),
        ended: (ended, how) => this.#endedBy(ended, how),
      },
      this.#config,
      new Date(this.#host.clock.now()),
    )
    this.#running.set(number, worker)
    const clears = this.#clears
    try {
      await worker.start({
        kind: 'start',
        worker: { number, count },
        config: this.#encode(this.#config),
        shared: this.#sharedWith(worker),
      })
      // it began with those that were known before
      if (clears !== this.#clears) await worker.ask({ kind: 'clear_latches' })
      return worker
    } catch (error) {
      worker.kill()
      throw error
    }
  }

  #endedBy(worker: Worker, how: string): void {
    const { number, pid, state, isReady } = worker
    if (this.#running.get(number) !== worker) return
    this.#running.delete(number)
    if (state !== undefined) this.#keepCounts(state)
    if (this.#stopping.signal.aborted) return
    const failures =
      !isReady || performance.now() - worker.startedMs < maxRestartMs
        ? (this.#failures.get(number) ?? 0) + 1
        : 0
    this.#failures.set(number, failures)
    this.#restarts.set(number, (this.#restarts.get(number) ?? 0) + 1)
    const waitMs = failures < 2 ? 0 : Math.min(maxRestartMs, minRestartMs * 2 ** (failures - 2))
    this.#host.log.error(
      `worker ${number} (process ${pid}) ended ${how} and is restarted; its sign-ins in progress get no reply until the appliance repeats its requests`,
      state === undefined ? {} : { pending: pendingOf(state) },
    )
    void this.#restart(number, waitMs)
  }

  /** Waits for nothing but its own worker: one that can't start must not delay the others. */
  async #restart(number: number, waitMs: number): Promise<void> {
    try {
      await delay(waitMs, undefined, { signal: this.#stopping.signal })
      const worker = await this.#start(number)
      await this.#afterOthers(() => this.#catchUp(worker))
    } catch (error) {
      // its end starts another one
      if (!this.#stopping.signal.aborted) {
        this.#host.log.error(`worker ${number} can't be started: ${errorText(error)}`)
      }
    }
  }

  /** Gives a worker the configuration of the others, if that changed while the worker started. */
  async #catchUp(worker: Worker): Promise<void> {
    if (worker.config === this.#config) return
    try {
      await worker.ask({ kind: 'replace', config: this.#encode(this.#config) })
      worker.config = this.#config
    } catch (error) {
      worker.kill()
      throw error
    }
  }

  /** Drops the gauges of a worker that has ended, and keeps its counters. */
  #keepCounts(state: State): void {
    const messages = { connections: 0, open: 0 }
    const sections = state.sections.map((section) => {
      return { ...section, pending: 0, waiting: 0, messages }
    })
    this.#ended = addCounts(this.#ended, { ...state, sections })
  }

  #receive(message: Batch | State): void {
    if (message.kind === 'batch') this.#take(message)
  }

  #take({ logins, calls, answered, primaryOnly, ...lines }: Batch): void {
    const { logs, primaryOnly: mode } = this.#options
    logs.append(lines)
    const nowMs = performance.now()
    for (const { section, login } of logins) {
      this.#activityOf(section).decided(login, nowMs)
      this.#host.observer?.loginDecided(section, login.elapsedMs)
    }
    for (const { section, call } of calls) this.#host.observer?.apiCalled(section, call)
    for (const { section, elapsedMs } of answered) {
      this.#activityOf(section).serviceLatency.add(elapsedMs, nowMs)
    }
    for (let count = 0; count < primaryOnly.accepted; count++) mode.count('accepted')
    for (let count = 0; count < primaryOnly.rejected; count++) mode.count('rejected')
  }

  /** Every second: tells the workers what all should know, and kills those that hang. */
  #look(): void {
    this.#watch.look(this.#all)
    this.#share()
  }

  #share(): void {
    for (const worker of this.#all) {
      if (worker.state !== undefined) worker.share(this.#sharedWith(worker))
    }
  }

  #sharedWith(worker: Worker): Shared {
    const others = [
      ...this.#endedStates,
      ...this.#all.flatMap((other) => (other === worker ? [] : (other.state ?? []))),
    ]
    const answeredElsewhereMs: Record<string, number> = {}
    const latched: Record<string, State['sections'][number]['latched']> = {}
    for (const { name, answeredMs, latched: addresses } of others.flatMap(
      ({ sections }) => sections,
    )) {
      if (answeredMs !== undefined) {
        answeredElsewhereMs[name] = Math.max(answeredMs, answeredElsewhereMs[name] ?? answeredMs)
      }
      if (!this.#isClearing) latched[name] = [...(latched[name] ?? []), ...addresses]
    }
    return { primaryOnly: this.#options.primaryOnly.window, answeredElsewhereMs, latched }
  }

  /** The worker whose connections carry the reports of a section. */
  #reporter(name: string): Worker | undefined {
    return this.#all.find(({ state }) =>
      state?.sections.some((section) => section.name === name && section.takesReports),
    )
  }

  /**
   * Limits of the whole proxy are divided among the workers. Retries join no logins if a reload adds
   * `retry_timeout`: a worker does not see all requests of a client.
   */
  #encode(config: ProxyConfig): string {
    const { count } = this.#options
    const servers = config.servers.map((section) => ({
      ...section,
      retries: { ...section.retries, timeoutSecs: 0 },
      apiMaxWaiting: Math.ceil(section.apiMaxWaiting / count),
      apiMaxConnections: Math.ceil(section.apiMaxConnections / count),
    }))
    return encodeConfig({ ...config, servers })
  }

  #activityOf(name: string): SectionActivity {
    const activity = this.#activity.get(name) ?? new SectionActivity()
    this.#activity.set(name, activity)
    return activity
  }
}

function pendingOf({ sections }: State): number {
  return sections.reduce((sum, { pending }) => sum + pending, 0)
}
