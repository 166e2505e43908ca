import { Client, type Dispatcher, errors } from 'undici'

export interface WarmPoolOptions {
  /** Scheme, host and port. */
  readonly origin: string
  readonly client: Client.Options
  /** Connections at most; further requests wait. */
  readonly maxConnections: number
}

/** Opened without waiting. */
const eagerConnections = 4
/** How long a request waits for an open connection before one is opened for it. */
const patienceMs = 20
/** Kept open by pings while no request needs them. */
const maxKeptWarm = 16
const warmEveryMs = 10_000
/** How long the pool remembers how many connections were in use at once. */
const peakMinutes = 10

interface Waiting {
  readonly request: Dispatcher.DispatchOptions
  readonly handler: Dispatcher.DispatchHandler
  readonly sinceMs: number
}

/**
 * A pool of connections that carry one request at a time. It prefers open connections, because a handshake
 * costs as much as several requests, and a burst of sign-ins is the worst moment for it. The connection that
 * was used last is used next, so that surplus ones become idle and close. Pings keep as many open as were in
 * use at once in the last minutes.
 */
export class WarmPool {
  readonly #options: WarmPoolOptions
  readonly #clients = new Set<Client>()
  /** The one that was used last is at the end. */
  readonly #idle: Client[] = []
  #waiting: Waiting[] = []
  #patience: NodeJS.Timeout | undefined
  #warming: NodeJS.Timeout | undefined
  /** Most connections in use at once, by minute; the present one is last. */
  #peaks: number[] = [0]
  #minuteBegan = performance.now()
  /** Connections that are in use only to keep them open. */
  #pings = 0
  #isDestroyed = false
  #whenEmpty: (() => void) | undefined

  constructor(options: WarmPoolOptions) {
    this.#options = options
  }

  /** Connections that are open or being opened. */
  get size(): number {
    return this.#clients.size
  }

  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (this.#isDestroyed) {
      fail(handler)
      return false
    }
    const client = this.#idle.pop()
    if (client !== undefined) this.#send(client, request, handler)
    else if (this.#clients.size < Math.min(eagerConnections, this.#options.maxConnections)) {
      this.#send(this.#open(), request, handler)
    } else {
      this.#waiting.push({ request, handler, sinceMs: performance.now() })
      this.#wait()
    }
    return true
  }

  /** Aborts all requests. */
  async destroy(): Promise<void> {
    this.#stop()
    for (const { handler } of this.#waiting.splice(0)) fail(handler)
    await Promise.all([...this.#clients].map((client) => client.destroy()))
  }

  /** Ends when the requests have ended. */
  async close(): Promise<void> {
    clearInterval(this.#warming)
    this.#warming = undefined
    if (this.#waiting.length > 0) {
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve
      })
    }
    this.#stop()
    await Promise.all([...this.#clients].map((client) => client.close()))
  }

  #stop(): void {
    this.#isDestroyed = true
    clearTimeout(this.#patience)
    clearInterval(this.#warming)
  }

  #open(): Client {
    const client = new Client(this.#options.origin, this.#options.client)
    this.#clients.add(client)
    this.#warming ??= setInterval(() => this.#keepWarm(), warmEveryMs).unref()
    return client
  }

  #send(
    client: Client,
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): void {
    const inUse = this.#clients.size - this.#idle.length - this.#pings
    const last = this.#peaks.length - 1
    if (inUse > (this.#peaks[last] ?? 0)) this.#peaks[last] = inUse
    client.dispatch(request, new Releasing(handler, () => this.#release(client)))
  }

  #release(client: Client): void {
    if (this.#isDestroyed) return
    const next = this.#waiting.shift()
    if (next === undefined) {
      this.#idle.push(client)
      return
    }
    // the client itself waits a turn before it uses the connection again
    this.#send(client, next.request, next.handler)
    if (this.#waiting.length === 0) this.#whenEmpty?.()
  }

  #wait(): void {
    if (this.#patience !== undefined) return
    // after the poll phase: a release may have arrived while this process was busy
    this.#patience = setTimeout(() => setImmediate(() => this.#openForWaiting()), patienceMs)
  }

  #openForWaiting(): void {
    this.#patience = undefined
    const nowMs = performance.now()
    while (this.#clients.size < this.#options.maxConnections && !this.#isDestroyed) {
      const [oldest] = this.#waiting
      if (oldest === undefined || nowMs - oldest.sinceMs < patienceMs) break
      this.#waiting.shift()
      this.#send(this.#open(), oldest.request, oldest.handler)
    }
    if (this.#waiting.length === 0) this.#whenEmpty?.()
    else if (this.#clients.size < this.#options.maxConnections) this.#wait()
  }

  /** Uses idle connections, before the server closes them; the others close by themselves. */
  #keepWarm(): void {
    const nowMs = performance.now()
    if (nowMs - this.#minuteBegan >= 60_000) {
      this.#minuteBegan = nowMs
      this.#peaks = [...this.#peaks, 0].slice(-peakMinutes)
    }
    const kept = Math.min(maxKeptWarm, Math.max(1, ...this.#peaks))
    for (const client of this.#idle.slice(-kept).reverse()) {
      // one that the server has closed is opened when it is needed
      if (!isConnected(client)) continue
      this.#idle.splice(this.#idle.indexOf(client), 1)
      this.#ping(client)
    }
    this.#forgetClosed(kept)
  }

  #ping(client: Client): void {
    this.#pings++
    const ended = () => {
      this.#pings--
      this.#release(client)
    }
    client.dispatch({ path: '/auth/v2/ping', method: 'GET' }, new Releasing(ignored, ended))
  }

  #forgetClosed(kept: number): void {
    for (const client of this.#idle.slice(0, Math.max(0, this.#idle.length - kept))) {
      if (isConnected(client)) continue
      this.#idle.splice(this.#idle.indexOf(client), 1)
      this.#clients.delete(client)
      void client.close()
    }
  }
}

function isConnected(client: Client): boolean {
  return client.stats.connected
}

/** Forwards to the handler of a request, and releases its connection at the end. */
class Releasing implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler
  readonly #release: () => void

  constructor(handler: Dispatcher.DispatchHandler, release: () => void) {
    this.#handler = handler
    this.#release = release
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: object): void {
    this.#handler.onRequestStart?.(controller, context)
  }

  onResponseStart(
    ...started: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>
  ): void {
    this.#handler.onResponseStart?.(...started)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(
    ...ended: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>
  ): void {
    this.#handler.onResponseEnd?.(...ended)
    this.#release()
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error)
    this.#release()
  }
}

const ignored: Dispatcher.DispatchHandler = {
  onRequestStart: () => {},
  onResponseStart: () => {},
  onResponseData: () => {},
  onResponseEnd: () => {},
  onResponseError: () => {},
}

/** The pool is closed; no request was sent, so there is nothing to control. */
function fail(handler: Dispatcher.DispatchHandler): void {
  handler.onResponseError?.(none, new errors.ClientDestroyedError())
}

const none: Dispatcher.DispatchController = {
  aborted: true,
  paused: false,
  reason: null,
  rawHeaders: null,
  rawTrailers: null,
  abort: () => {},
  pause: () => {},
  resume: () => {},
}
