import type { RawData, WebSocket } from 'ws'
import type { Cancellation } from '../../host/cancellation.ts'
import {
  type AnswerFrame,
  AuthApiUnavailable,
  type CarriedCall,
  encodeBatches,
  encodeCall,
  encodeCancel,
  maxCallLength,
  parseServiceBatch,
  policyViolation,
  type ServiceFrame,
} from '../index.ts'
import { cancelled } from './call_queue.ts'
import type { Named } from './endpoints.ts'

export interface MessageOptions {
  /** From now to the answer. */
  readonly limitMs: number
  readonly signal: Cancellation | undefined
  /** The message is about to be written: from now on the API may receive it. */
  readonly onSent: (() => void) | undefined
}

export interface MessageConnectionOptions {
  /** @returns The batch that proves the key over a challenge of the service. */
  readonly prove: (challenge: string) => string
  /** Called once the service takes calls, at most once. */
  readonly ready?: () => void
  /** Called once, with the reason. */
  readonly closed: (reason: string) => void
}

/** Calls can be made once the service has sent a challenge and, after its proof, how many may be open. */
type Phase = 'before the challenge' | 'before the admission' | 'open'

/** Receives the outcome of a message, once. */
export type MessageDone = (outcome: AnswerFrame | AuthApiUnavailable) => void

/** How often deadlines and the connection are checked. */
const tickMs = 200
const pingAfterTicks = 10
/** The ping has had no answer for a second: new calls go elsewhere, open ones may still be answered. */
const suspectAfterTicks = 15
/** An overloaded service may pause for seconds; to break the connection then would repeat all its calls. */
const deadAfterTicks = 60
/** The service pings at least every 20 s. */
const staleMs = 45_000
/** Unsent bytes above which calls use the plain API. */
const maxBuffered = 1024 * 1024
/** Time in which the calls of a connection that broke fail, so that they do not come again all at once. */
const maxSpreadMs = 500
/** Calls that would be spread over less time fail at once. */
const minSpreadMs = 20

/**
 * One open WebSocket over which many calls of the Auth API travel. The calls of one turn of the event loop
 * leave in one write.
 *
 * A call whose connection breaks fails as a plain call would: `reset`, and `mayHaveBeenReceived` says whether
 * it was written.
 */
export class MessageConnection {
  readonly #socket: WebSocket
  readonly #options: MessageConnectionOptions
  readonly #open = new Map<number, Message>()
  #outgoing: Message[] = []
  #cancelled: number[] = []
  #lastId = 0
  #phase: Phase = 'before the challenge'
  #maxOpen = 0
  #isOpen = true
  #isFlushing = false
  #retires = false
  /** Whether this side has broken it, and makes no calls again. */
  #isOurs = false
  #tick = 0
  #heardAtTick = 0
  #heardAt = performance.now()
  #ticking: NodeJS.Timeout | undefined
  /** Why this side has broken it. */
  #refusal = ''
  #isRefused = false

  constructor(socket: WebSocket, options: MessageConnectionOptions) {
    this.#socket = socket
    this.#options = options
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('ping', () => this.#heard())
    socket.on('pong', () => this.#heard())
    let problem = ''
    // `close` follows
    socket.on('error', (error) => {
      problem = error.message
    })
    socket.on('close', (code, reason) => {
      const text =
        this.#refusal || problem || reason.toString('utf8').slice(0, 100) || `code ${code}`
      this.#closed(text)
      options.closed(text)
    })
  }

  /** Messages without an answer. */
  get size(): number {
    return this.#open.size
  }

  /** Whether another call can be made; otherwise it must use the plain API. Breaks a dead connection. */
  get isFree(): boolean {
    if (!this.#isOpen || this.#retires || this.#open.size >= this.#maxOpen) return false
    if (this.isSuspect || this.#socket.bufferedAmount > maxBuffered) return false
    if (performance.now() - this.#heardAt < staleMs) return true
    this.#break()
    return false
  }

  /** Whether calls wait, and nothing has arrived for seconds, not even the answer to a ping. */
  get isSuspect(): boolean {
    return this.#ticking !== undefined && this.#tick - this.#heardAtTick >= suspectAfterTicks
  }

  /** Whether the other end did not begin the connection as the protocol says. */
  get isRefused(): boolean {
    return this.#isRefused
  }

  /**
   * Makes a call.
   *
   * @returns Whether it was taken; otherwise `done` is never called.
   */
  call(call: CarriedCall, parameters: Named, options: MessageOptions, done: MessageDone): boolean {
    if (!this.isFree) return false
    const id = this.#lastId + 1
    const text = encodeCall(id, call, parameters)
    if (text.length > maxCallLength) return false
    this.#lastId = id
    const { limitMs, signal } = options
    const dueTick = this.#tick + Math.max(1, Math.ceil(limitMs / tickMs))
    const message = new Message({ id, text, dueTick, options, done })
    if (signal?.aborted) {
      done(cancelled({ mayHaveBeenReceived: false }))
      return true
    }
    this.#open.set(id, message)
    this.#outgoing.push(message)
    this.#flushSoon()
    if (this.#ticking === undefined) {
      this.#heardAtTick = this.#tick
      this.#ticking = setInterval(() => this.#onTick(), tickMs)
    }
    return true
  }

  /** Takes no more calls, and closes once the open ones are answered. */
  retire(): void {
    this.#retires = true
    this.#closeIfDone()
  }

  /** Breaks the connection; the open calls fail. */
  close(reason?: string): void {
    this.#isOurs = true
    this.#break(reason)
  }

  /** Ends a message that has timed out, or whose caller has given up. */
  #abandon(message: Message): void {
    if (!this.#open.delete(message.id)) return
    if (message.isSent && this.#isOpen) {
      this.#cancelled.push(message.id)
      this.#flushSoon()
    }
    message.end(message.toUnavailable())
    this.#endIfIdle()
  }

  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    // after the poll phase, which reads all datagrams and answers that have arrived
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#isFlushing = false
    if (!this.#isOpen) return
    const [outgoing, ended] = [this.#outgoing, this.#cancelled]
    this.#outgoing = []
    this.#cancelled = []
    const frames = ended.map(encodeCancel)
    for (const message of outgoing) {
      if (!message.isOver && !message.isDue(this.#tick)) frames.push(message.send())
    }
    for (const batch of encodeBatches(frames)) this.#socket.send(batch)
  }

  #heard(): void {
    this.#heardAtTick = this.#tick
    this.#heardAt = performance.now()
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#heard()
    const frames = isBinary ? undefined : parseServiceBatch(data.toString())
    if (frames === undefined) return this.#refuse('the service sends no batch of known frames')
    for (const frame of frames) {
      const problem = this.#phase === 'open' ? this.#take(frame) : this.#begin(frame)
      if (problem !== undefined) return this.#refuse(problem)
    }
    this.#closeIfDone()
    this.#endIfIdle()
  }

  /** @returns What is wrong with a frame before calls can be made. */
  #begin(frame: ServiceFrame): string | undefined {
    if (this.#phase === 'before the challenge') {
      if (!('challenge' in frame)) return 'the service sends no challenge'
      this.#phase = 'before the admission'
      this.#socket.send(this.#options.prove(frame.challenge))
      return undefined
    }
    // one proof is enough, and nobody should get more
    if (!('max_open' in frame)) return 'the service does not say how many calls may be open'
    this.#phase = 'open'
    this.#maxOpen = frame.max_open
    this.#options.ready?.()
    return undefined
  }

  /** @returns What is wrong with it. */
  #take(frame: ServiceFrame): string | undefined {
    if ('leaving' in frame) this.#retires = true
    else if (!('id' in frame)) return 'the service begins the connection a second time'
    else if (!this.#answer(frame)) return 'the service answers a call that was not made'
    return undefined
  }

  /** @returns Whether a call with this id was written. */
  #answer(frame: AnswerFrame): boolean {
    const message = this.#open.get(frame.id)
    // its caller has given up
    if (message === undefined) return frame.id <= this.#lastId
    if (!message.isSent) return false
    this.#open.delete(frame.id)
    message.end(frame)
    return true
  }

  /** The service breaks the protocol, so that nothing it sends here can be trusted. */
  #refuse(reason: string): void {
    this.#isRefused = this.#phase !== 'open'
    this.#socket.close(policyViolation, reason)
    this.#break(reason)
  }

  #break(reason = 'the connection is dead'): void {
    this.#refusal ||= reason
    this.#socket.terminate()
    this.#closed(reason)
  }

  #closed(reason: string): void {
    this.#isOpen = false
    clearInterval(this.#ticking)
    const open = [...this.#open.values()]
    this.#open.clear()
    this.#outgoing = []
    const text = `the message connection ended: ${reason}`
    const fail = (message: Message) => {
      const mayHaveBeenReceived = message.isSent
      message.end(new AuthApiUnavailable('reset', text, { mayHaveBeenReceived }))
    }
    const spreadMs = this.#isOurs ? 0 : Math.min(maxSpreadMs, open.length - 1)
    for (const message of open) {
      if (spreadMs < minSpreadMs) fail(message)
      else setTimeout(fail, Math.random() * spreadMs, message)
    }
  }

  #closeIfDone(): void {
    if (this.#retires && this.#open.size === 0 && this.#isOpen) this.#socket.close(1000)
  }

  /** Counts ticks: a stall of the event loop is one tick, so it times out no call whose answer has arrived. */
  #onTick(): void {
    this.#tick++
    const silent = this.#tick - this.#heardAtTick
    if (silent >= deadAfterTicks) return this.#break('no answer to a ping')
    if (silent === pingAfterTicks) this.#socket.ping()
    const late: Message[] = []
    for (const message of this.#open.values()) {
      if (message.isDue(this.#tick)) late.push(message)
    }
    if (late.length === 0) return
    // after the poll phase, which reads answers that have arrived
    setImmediate(() => {
      for (const message of late) this.#abandon(message)
    })
  }

  #endIfIdle(): void {
    if (this.#open.size > 0) return
    clearInterval(this.#ticking)
    this.#ticking = undefined
    this.#closeIfDone()
  }
}

interface MessageParts {
  readonly id: number
  readonly text: string
  readonly dueTick: number
  readonly options: MessageOptions
  readonly done: MessageDone
}

/**
 * A call on a connection. There are thousands at once, so it is one record, without a timer and without a
 * listener to its caller's signal, which each tick looks at.
 */
class Message {
  readonly id: number
  readonly #dueTick: number
  readonly #options: MessageOptions
  readonly #done: MessageDone
  #text: string
  #isSent = false
  #isOver = false

  constructor({ id, text, dueTick, options, done }: MessageParts) {
    this.id = id
    this.#text = text
    this.#dueTick = dueTick
    this.#options = options
    this.#done = done
  }

  get isSent(): boolean {
    return this.#isSent
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether it has timed out, or its caller has given up. */
  isDue(tick: number): boolean {
    return this.#dueTick <= tick || this.#options.signal?.aborted === true
  }

  /** Returns the text, and forgets it, because a sent call may wait for a minute. */
  send(): string {
    const text = this.#text
    this.#text = ''
    this.#isSent = true
    this.#options.onSent?.()
    return text
  }

  /** The error of a call that has timed out, or whose caller has given up. */
  toUnavailable(): AuthApiUnavailable {
    const { signal, limitMs } = this.#options
    if (signal?.aborted) return cancelled({ mayHaveBeenReceived: this.#isSent })
    const text = `no answer within ${Math.round(limitMs)} ms`
    return new AuthApiUnavailable('timeout', text, { mayHaveBeenReceived: this.#isSent })
  }

  end(outcome: AnswerFrame | AuthApiUnavailable): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#done(outcome)
  }
}
