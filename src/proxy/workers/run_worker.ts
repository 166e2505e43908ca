import type { Clock } from '../../host/clock.ts'
import { errorText } from '../../host/error_text.ts'
import { machineMs } from '../../host/machine_time.ts'
import { ProgramLog } from '../../host/program_log.ts'
import { ListenError } from '../listen_error.ts'
import type { PrimaryOnlyWindow } from '../primary_only/window_file.ts'
import { AuthenticationProxy } from '../proxy.ts'
import { isDebug } from '../proxy_logs.ts'
import type { PrimaryOnlySwitch } from '../second_factor/primary_only_verdict.ts'
import type { ProxyHost } from '../section_runtime.ts'
import type { ProxyConfig } from '../sections/proxy_config.ts'
import { decodeConfig } from './config_message.ts'
import type { FromWorker, Request, Shared, State, ToWorker } from './messages.ts'
import { Outgoing } from './outgoing.ts'

const stateEveryMs = 500

/** The side of a worker's channel that the worker has: `process`, if it was forked. */
export interface Channel {
  send?(message: FromWorker, handle: undefined, options: undefined, sent: () => void): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
}

/**
 * Serves a share of the flows as one of several workers, until the proxy stops it or ends.
 *
 * @param end Ends the process.
 */
export function runWorker(channel: Channel, clock: Clock, end: () => void): void {
  const worker = new WorkerProcess(channel, clock, end)
  channel.on('message', (message) => worker.receive(message as ToWorker))
  // without the proxy nobody writes the logs or knows what happens here
  channel.on('disconnect', end)
}

class WorkerProcess {
  readonly #channel: Channel
  readonly #clock: Clock
  readonly #end: () => void
  readonly #outgoing: Outgoing
  readonly #primaryOnly: FollowedWindow
  #shared: Shared = { primaryOnly: undefined, answeredElsewhereMs: {}, latched: {} }
  #log: ProgramLog | undefined
  #writesEvents = false
  /** By section: when its API last answered. */
  readonly #answeredMs = new Map<string, number>()
  #proxy: AuthenticationProxy | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(channel: Channel, clock: Clock, end: () => void) {
    this.#channel = channel
    this.#clock = clock
    this.#end = end
    this.#outgoing = new Outgoing((message, sent) => this.#send(message, sent))
    this.#primaryOnly = new FollowedWindow(clock, (outcome) =>
      this.#outgoing.countPrimaryOnly(outcome),
    )
  }

  receive(message: ToWorker): void {
    if (message.kind === 'shared') {
      this.#share(message.shared)
      this.#sendState()
      return
    }
    const { id, request } = message
    this.#answer(request).then(
      () => this.#send({ kind: 'done', id }),
      (error: unknown) => {
        const lost = error instanceof ListenError ? { hasLostPlaces: error.hasLostPlaces } : {}
        this.#send({ kind: 'done', id, failure: { message: errorText(error), ...lost } })
      },
    )
  }

  async #answer(request: Request): Promise<void> {
    switch (request.kind) {
      case 'start':
        return await this.#start(request)
      case 'replace': {
        const config = decodeConfig(request.config)
        await this.#proxy?.replace(config)
        this.#configure(config)
        return
      }
      case 'flush':
        await this.#outgoing.flush()
        this.#sendState()
        return
      case 'report': {
        const source = this.#proxy?.sections.find(({ section }) => section.name === request.section)
        return await source?.api.report(request.report, new AbortController().signal)
      }
      case 'clear_latches':
        this.#proxy?.clearLatches()
        this.#sendState()
        return
      case 'stop':
        clearInterval(this.#timer)
        await this.#proxy?.stop()
        await this.#outgoing.flush()
        this.#sendState()
        // the answer is sent first
        setImmediate(() => setImmediate(this.#end))
    }
  }

  async #start({ worker, config: text, shared }: Extract<Request, { kind: 'start' }>) {
    const config = decodeConfig(text)
    this.#configure(config)
    this.#share(shared)
    this.#proxy = await AuthenticationProxy.start(config, this.#host(worker))
    this.#share(shared)
    this.#timer = setInterval(() => this.#sendState(), stateEveryMs)
    this.#sendState()
  }

  #configure(config: ProxyConfig): void {
    const { main } = config
    this.#writesEvents = main.logAuthEvents
    this.#log = new ProgramLog({
      component: 'countersign.proxy',
      debug: isDebug(config),
      sink: (line) => this.#outgoing.line(line),
      clock: this.#clock,
    })
  }

  #host({ number, count }: { readonly number: number; readonly count: number }): ProxyHost {
    const outgoing = this.#outgoing
    const log = () => this.#log
    const writesEvents = () => this.#writesEvents
    const writeEvent = (line: string): void => outgoing.event(line)
    return {
      log: {
        debug: (message, fields) => log()?.debug(message, fields),
        info: (message, fields) => log()?.info(message, fields),
        warn: (message, fields) => log()?.warn(message, fields),
        error: (message, fields) => {
          outgoing.error(this.#clock.now(), message)
          log()?.error(message, fields)
        },
      },
      get writeEvent() {
        return writesEvents() ? writeEvent : undefined
      },
      clock: this.#clock,
      observer: {
        loginDecided: () => {},
        apiCalled: (section, call) => {
          const { outcome } = call
          if (outcome === 'answered' || outcome === 'refused') {
            this.#answeredMs.set(section, machineMs())
          }
          outgoing.called(section, call)
        },
      },
      primaryOnly: this.#primaryOnly,
      worker: {
        count,
        readsKernelDrops: number === 1,
        decided: (section, login) => outgoing.decided(section, login),
        answered: (section, elapsedMs) => outgoing.answered(section, elapsedMs),
        answeredElsewhereMs: (section) => this.#shared.answeredElsewhereMs[section],
      },
    }
  }

  #share(shared: Shared): void {
    this.#shared = shared
    this.#primaryOnly.follow(shared.primaryOnly)
    for (const [section, latched] of Object.entries(shared.latched)) {
      this.#proxy?.adoptLatches(section, latched)
    }
  }

  #sendState(): void {
    if (this.#proxy !== undefined) this.#send(describe(this.#proxy, this.#answeredMs))
  }

  #send(message: FromWorker, sent: () => void = () => {}): void {
    // the channel closes when the proxy ends
    this.#channel.send?.(message, undefined, undefined, sent)
  }
}

function describe(proxy: AuthenticationProxy, answeredMs: ReadonlyMap<string, number>): State {
  return {
    kind: 'state',
    residentBytes: process.memoryUsage.rss(),
    effects: proxy.primaryOnlyEffects,
    signIns: Object.fromEntries(proxy.signIns),
    sections: proxy.sections.map(
      ({ section, transport, address, port, isListening, pending, ...source }) => ({
        name: section.name,
        transport,
        address,
        port,
        isListening,
        pending,
        latched: source.latched,
        waiting: source.api.waiting.size,
        messages: source.api.messages,
        counters: source.counters,
        dropSources: {
          recent: source.counters?.dropSources.recent ?? [],
          news: source.counters?.dropSources.news ?? 0,
        },
        apiState: source.activity.apiState,
        answeredMs: answeredMs.get(section.name),
        takesReports: source.api.takesReports,
        certificateExpiry: source.api.certificateExpiry,
      }),
    ),
  }
}

/** Primary-only mode as the proxy last sent it; a worker ends it at its limit by itself. */
class FollowedWindow implements PrimaryOnlySwitch {
  readonly #clock: Clock
  readonly count: (outcome: 'accepted' | 'rejected') => void
  #window: PrimaryOnlyWindow | undefined
  /** By `performance.now()`, which, unlike the clock, can't be set back. */
  #untilMs = 0

  constructor(clock: Clock, count: (outcome: 'accepted' | 'rejected') => void) {
    this.#clock = clock
    this.count = count
  }

  follow(window: PrimaryOnlyWindow | undefined): void {
    const isSame = window?.since === this.#window?.since && window?.until === this.#window?.until
    if (isSame) return
    this.#window = window
    this.#untilMs =
      performance.now() + (window === undefined ? 0 : window.until - this.#clock.now())
  }

  isActive(): boolean {
    const window = this.#window
    const now = this.#clock.now()
    return (
      window !== undefined &&
      now < window.until &&
      now >= window.since &&
      performance.now() < this.#untilMs
    )
  }
}
