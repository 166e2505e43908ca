import { type ChildProcess, fork } from 'node:child_process'
import { ListenError } from '../listen_error.ts'
import type { ProxyConfig } from '../sections/proxy_config.ts'
import type { FromWorker, Request, Shared, State, ToWorker } from './messages.ts'
import { Silence } from './silence.ts'

export interface WorkerOptions {
  /** The program that calls `runWorker`. */
  readonly program: string
  readonly args: readonly string[]
  readonly number: number
  readonly receive: (message: Exclude<FromWorker, { readonly kind: 'done' }>) => void
  /** The process has ended, for whatever reason. */
  readonly ended: (worker: Worker, how: string) => void
}

/** What only the proxy itself must know: a worker reports to it, not to systemd. */
const notInherited = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']

/** A worker process, as the proxy sees it. */
export class Worker {
  readonly number: number
  readonly startedMs = performance.now()
  readonly startedAt: Date
  /** The last one that it sent. */
  state: State | undefined
  readonly silence = new Silence()
  /** The configuration that it has, or begins with. */
  config: ProxyConfig
  readonly #child: ChildProcess
  readonly #asked = new Map<number, PromiseWithResolvers<void>>()
  #lastId = 0
  #isReady = false
  #isOver = false

  constructor(options: WorkerOptions, config: ProxyConfig, startedAt: Date) {
    this.number = options.number
    this.config = config
    this.startedAt = startedAt
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !notInherited.includes(name)),
    )
    const child = fork(options.program, options.args, {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    child.on('message', (message) => this.#receive(message as FromWorker, options.receive))
    child.on('error', (error) => this.#over(`with the error ${error.message}`, options))
    child.on('exit', (status, signal) =>
      this.#over(signal === null ? `with exit status ${status}` : `by ${signal}`, options),
    )
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Whether it listens. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** @throws {ListenError} if it can't listen. */
  async start(request: Extract<Request, { readonly kind: 'start' }>): Promise<void> {
    await this.ask(request)
    this.#isReady = true
    this.silence.end()
  }

  /** @throws {ListenError} if it can't be done, or the worker ends before it is. */
  ask(request: Request): Promise<void> {
    const asked = Promise.withResolvers<void>()
    if (this.#isOver) {
      asked.reject(new ListenError(`worker ${this.number} has ended`))
      return asked.promise
    }
    const id = ++this.#lastId
    this.#asked.set(id, asked)
    this.#post({ kind: 'request', id, request })
    return asked.promise
  }

  share(shared: Shared): void {
    this.#post({ kind: 'shared', shared })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #post(message: ToWorker): void {
    // `exit` follows if it has just ended
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  #receive(message: FromWorker, receive: WorkerOptions['receive']): void {
    // before it is ready, the lines that it logs must not extend the limit of its start
    if (this.#isReady) this.silence.end()
    if (message.kind === 'state') this.state = message
    if (message.kind !== 'done') return receive(message)
    const asked = this.#asked.get(message.id)
    this.#asked.delete(message.id)
    const { failure } = message
    if (failure === undefined) asked?.resolve()
    else {
      const { hasLostPlaces = false } = failure
      asked?.reject(new ListenError(failure.message, { hasLostPlaces }))
    }
  }

  #over(how: string, { ended }: WorkerOptions): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const { reject } of this.#asked.values()) {
      reject(new ListenError(`worker ${this.number} ended ${how}`))
    }
    this.#asked.clear()
    ended(this, how)
  }
}
