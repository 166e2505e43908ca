import type { RawData, WebSocket } from 'ws'
import {
  AuthApiFailure,
  type CarriedCall,
  type ClientFrame,
  encodeBatches,
  encodeServiceFrame,
  failures,
  parseClientBatch,
  policyViolation,
  success,
} from '../../../../duo/index.ts'
import type { Log } from '../../../../host/log.ts'
import type { Integration } from '../../../applications/integrations.ts'
import { busyAsTooMany } from '../../gate/busy.ts'
import { toFailureAnswer } from '../../gate/failure_answer.ts'
import type { Gates } from '../../gate/gates.ts'
import { requireText } from '../../gate/parameters.ts'
import type { Received, WaitingCaller } from '../../gate/signed_request.ts'
import type { Work } from '../../gate/work_limit.ts'
import { isAsker } from './asker.ts'
import type { Endpoint } from './endpoint.ts'
import { CallParameters } from './parameters.ts'

export interface MessageSessionOptions {
  readonly gates: Gates
  readonly endpoints: Readonly<Record<CarriedCall, Endpoint>>
  /** The application that signed the request which opened the connection. */
  readonly application: Integration
  /** Address of the client. */
  readonly from: string
  readonly log: Log
}

/** Calls of one connection without an answer, most of which wait for their users. */
const maxOpenCalls = 16_384
/** Unsent bytes above which the service reads nothing from a client that does not read. */
const maxUnread = 1024 * 1024
const pingEveryMs = 20_000
const recheckMs = 1_000
/** Close code for a service that stops (RFC 6455 §7.4.1). */
const goingAway = 1001

/**
 * One message connection of an application. Each call is answered by the handler that answers it over HTTP,
 * and counts for the same limits. The calls of a batch begin together, within the limit of their application, so
 * that the store commits them as one group; answers of one turn leave in one write.
 */
export class MessageSession {
  readonly #socket: WebSocket
  readonly #options: MessageSessionOptions
  readonly #open = new Map<number, OpenCall>()
  readonly #timers: NodeJS.Timeout[]
  /** Frames that wait until the application is read. */
  #unread: { readonly frame: ClientFrame; readonly received: Received }[] = []
  #isReading = false
  #outgoing: string[] = []
  #lastId = 0
  #calls = 0
  #cancels = 0
  #isAlive = true
  #isLeaving = false
  #isClosed = false

  /** @param ended Called once the connection is closed. */
  constructor(socket: WebSocket, options: MessageSessionOptions, ended: () => void) {
    this.#socket = socket
    this.#options = options
    this.#timers = [
      setInterval(() => this.#ping(), pingEveryMs).unref(),
      setInterval(() => void this.#recheck(), recheckMs).unref(),
    ]
    socket.on('message', (data, isBinary) => {
      this.#isAlive = true
      this.#receive(data, isBinary)
    })
    socket.on('pong', () => {
      this.#isAlive = true
    })
    socket.on('ping', () => {
      this.#isAlive = true
    })
    // `close` follows
    socket.on('error', ({ message }) => {
      options.log.debug('a message connection broke', { from: options.from, reason: message })
    })
    socket.once('close', () => {
      this.#end()
      ended()
    })
    this.#write(encodeServiceFrame({ max_open: maxOpenCalls }))
  }

  /** Calls without an answer. */
  get size(): number {
    return this.#open.size
  }

  /** Tells the client to make its calls elsewhere, and closes once the open ones are answered. */
  leave(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    this.#write(encodeServiceFrame({ leaving: true }))
  }

  /** Breaks the connection. */
  cutOff(): void {
    this.#socket.terminate()
  }

  #receive(data: RawData, isBinary: boolean): void {
    const frames = isBinary ? undefined : parseClientBatch(data.toString())
    if (frames === undefined) return this.#refuse('not a batch of frames')
    if (this.#unread.length > maxOpenCalls) return this.#refuse('too many open calls')
    const received = this.#options.gates.receivedNow()
    for (const frame of frames) this.#unread.push({ frame, received })
    if (this.#isReading) return
    const current = this.#options.gates.signedRequests.current(this.#options.application.ikey)
    if (!(current instanceof Promise)) return this.#begin(current)
    this.#isReading = true
    void this.#read(current).then((application) => {
      this.#isReading = false
      this.#begin(application)
    })
  }

  #begin(application: Integration | undefined | StoreFailure): void {
    const frames = this.#unread
    this.#unread = []
    for (const { frame, received } of frames) {
      if (this.#isClosed) return
      if ('cancel' in frame) this.#cancel(frame.cancel)
      else if (this.#accepts(frame.id)) this.#call(frame, received, application)
    }
    const isRevoked = this.#refusal(application) !== undefined
    if (isRevoked && !(application instanceof StoreFailure)) this.#revoke()
  }

  /** A database that does not answer fails the calls of the batch, as it fails them over HTTP. */
  async #read(
    reading: Promise<Integration | undefined>,
  ): Promise<Integration | undefined | StoreFailure> {
    try {
      return await reading
    } catch (error) {
      return new StoreFailure(error)
    }
  }

  #accepts(id: number): boolean {
    if (id <= this.#lastId) this.#refuse('the id is not greater than those before')
    else if (this.#open.size >= maxOpenCalls) this.#refuse('too many open calls')
    else {
      this.#lastId = id
      this.#calls++
      return true
    }
    return false
  }

  #call(
    { id, call, parameters }: Extract<ClientFrame, { readonly id: number }>,
    received: Received,
    application: Integration | undefined | StoreFailure,
  ): void {
    const open = new OpenCall(call, received)
    this.#open.set(id, open)
    const asked = application instanceof StoreFailure ? undefined : application
    const refusal = this.#refusal(application)
    if (refusal !== undefined || asked === undefined) {
      return this.#failed(id, refusal ?? new AuthApiFailure(failures.invalidIkey))
    }
    const { limit, work } = this.#options.gates
    try {
      limit.countGenuine(asked.ikey)
      open.enter(work.enter(asked.ikey, (begun) => this.#start(id, open, begun, parameters, asked)))
    } catch (error) {
      this.#failed(id, error)
    }
  }

  #start(
    id: number,
    open: OpenCall,
    work: Work,
    parameters: Readonly<Record<string, string>>,
    integration: Integration,
  ): void {
    open.enter(work)
    // the answer is not awaited in a function that keeps the call, because it may take a minute
    this.#answer(open, parameters, integration).then(
      (response) => {
        work.end()
        this.#succeeded(id, response)
      },
      (error: unknown) => {
        work.end()
        this.#failed(id, error)
      },
    )
  }

  async #answer(
    caller: OpenCall,
    parameters: Readonly<Record<string, string>>,
    integration: Integration,
  ): Promise<unknown> {
    const sent = Object.entries(parameters).map(requireText)
    const { received } = caller
    const request = { integration, sent, parameters: new Map(sent), received, caller }
    const { endpoints } = this.#options
    return endpoints[caller.call].answer(request, new CallParameters(request.parameters))
  }

  /** Why the application may make no calls any more. */
  #refusal(application: Integration | undefined | StoreFailure): unknown {
    if (application instanceof StoreFailure) return application.cause
    if (application === undefined) return new AuthApiFailure(failures.invalidIkey)
    if (application.skey !== this.#options.application.skey) {
      return new AuthApiFailure(failures.invalidSignature)
    }
    if (!application.enabled || !isAsker(application)) {
      return new AuthApiFailure(failures.accessForbidden)
    }
    return undefined
  }

  /** Also between calls: a connection must not outlive its key. */
  async #recheck(): Promise<void> {
    const current = this.#options.gates.signedRequests.current(this.#options.application.ikey)
    const application = current instanceof Promise ? await this.#read(current) : current
    if (application instanceof StoreFailure || this.#isClosed) return
    if (this.#refusal(application) !== undefined) this.#revoke()
  }

  #succeeded(id: number, response: unknown): void {
    this.#finish(id, 200, undefined, () => {
      return encodeServiceFrame({ id, status: 200, answer: success(response) })
    })
  }

  #failed(id: number, thrown: unknown): void {
    const failed = toFailureAnswer(busyAsTooMany(thrown))
    const { status, envelope, retryAfterSecs, problem } = failed
    if (problem !== undefined) {
      this.#options.log.error('a request failed', { path: this.#path(id), error: problem })
    }
    this.#finish(id, status, thrown, () =>
      encodeServiceFrame({
        ...{ id, status, answer: envelope },
        ...(retryAfterSecs === undefined ? {} : { retry_after: retryAfterSecs }),
      }),
    )
  }

  #finish(id: number, status: number, error: unknown, encode: () => string): void {
    const open = this.#open.get(id)
    // the client has given up, or has gone
    if (open === undefined) return
    this.#open.delete(id)
    const { gates, endpoints, from } = this.#options
    const { path: endpoint, method } = endpoints[open.call]
    const elapsedMs = performance.now() - open.began
    gates.answered({ endpoint, method, status, elapsedMs, from }, error)
    this.#write(encode())
  }

  #path(id: number): string {
    const open = this.#open.get(id)
    return open === undefined ? '' : this.#options.endpoints[open.call].path
  }

  #cancel(id: number): void {
    // a client gives up each call once at most
    if (++this.#cancels > this.#calls) return this.#refuse('more cancels than calls')
    const open = this.#open.get(id)
    this.#open.delete(id)
    open?.destroy()
    this.#closeIfDone()
  }

  #write(frame: string): void {
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush())
    this.#outgoing.push(frame)
  }

  #flush(): void {
    const outgoing = this.#outgoing
    this.#outgoing = []
    if (this.#isClosed) return
    for (const batch of encodeBatches(outgoing)) this.#socket.send(batch, () => this.#written())
    // a client that does not read must not make this process collect answers
    if (this.#socket.bufferedAmount > maxUnread) this.#socket.pause()
    this.#closeIfDone()
  }

  #written(): void {
    this.#isAlive = true
    if (this.#socket.isPaused && this.#socket.bufferedAmount < maxUnread / 4) this.#socket.resume()
  }

  #closeIfDone(): void {
    if (!this.#isLeaving || this.#open.size > 0 || this.#outgoing.length > 0) return
    this.#socket.close(goingAway, 'the service stops')
  }

  /** Writes the answers first: calls that failed because of the key are answered as over HTTP. */
  #revoke(): void {
    if (this.#outgoing.length > 0) this.#flush()
    this.#refuse('the key is not valid any more')
  }

  #refuse(reason: string): void {
    this.#socket.close(policyViolation, reason)
    this.#end()
  }

  #ping(): void {
    if (!this.#isAlive) return this.#socket.terminate()
    this.#isAlive = false
    this.#socket.ping()
  }

  #end(): void {
    this.#isClosed = true
    for (const timer of this.#timers) clearInterval(timer)
    const open = [...this.#open.values()]
    this.#open.clear()
    for (const call of open) call.destroy()
  }
}

/** The application could not be read. */
class StoreFailure {
  readonly cause: unknown

  constructor(cause: unknown) {
    this.cause = cause
  }
}

/** A call without an answer; its handler sees it as the client that waits. */
class OpenCall implements WaitingCaller {
  readonly call: CarriedCall
  /** By `performance.now()`. */
  readonly began = performance.now()
  readonly received: Received
  destroyed = false
  #work: Work | undefined
  #listeners: (() => void)[] | undefined

  constructor(call: CarriedCall, received: Received) {
    this.call = call
    this.received = received
  }

  enter(work: Work): void {
    this.#work = work
  }

  on(_event: 'close', listener: () => void): void {
    this.#listeners ??= []
    this.#listeners.push(listener)
    this.#work?.waits()
  }

  destroy(): void {
    this.destroyed = true
    this.#work?.givenUp()
    for (const listener of this.#listeners ?? []) listener()
  }
}
