import { setTimeout as delay } from 'node:timers/promises'
import type { Cancellation } from '../../host/cancellation.ts'
import { type AnswerFrame, AuthApiUnavailable, messagesPath, requestAge } from '../index.ts'
import type { ResolveName } from './api_addresses.ts'
import type { ApiNode } from './api_node.ts'
import { ApiNodes } from './api_nodes.ts'
import { backOffMs, retryAfterMs } from './back_off.ts'
import { CallAttempts } from './call_attempts.ts'
import { CallQueue, cancelled } from './call_queue.ts'
import type { ConnectionsOptions } from './connections.ts'
import { ageText, type Endpoint, endpoints, isJoined, type Named, shortMs } from './endpoints.ts'
import type { RawAnswer } from './exchange.ts'
import { parseResponse, unavailableByStatus } from './response.ts'
import type { Limits, SignedRequests, SignedRequestsOptions } from './signed_requests.ts'

/** Which connections of a node carry a call. */
export type Carrier = 'warm' | 'short' | 'shared'

export interface AnsweredCallsOptions extends ConnectionsOptions, SignedRequestsOptions {
  /** Receives how long each answered call took that needs no user. */
  readonly onAnswered?: (elapsedMs: number) => void
  /** Replaces the machine's resolver. */
  readonly resolve?: ResolveName | undefined
  /** Whether the API joins calls with the same fingerprint. */
  readonly joins: () => boolean
  /** Whether the API offers message connections. */
  readonly takesMessages: () => boolean
}

export interface CallLimits {
  /** For the call with its retries. */
  readonly limitMs: number
  /** For each request of it. */
  readonly requestMs?: number | undefined
  /** Cancels the call, which then throws `cancelled`. */
  readonly signal?: Cancellation | undefined
  /** When the newest transmission of the RADIUS request arrived, by `performance.now()`. */
  readonly requestedMs?: (() => number) | undefined
  /** Nodes that were asked beside this call, or by it; others are asked first. */
  readonly asked?: Set<ApiNode> | undefined
  /** The request is about to be written: from now on the API may receive it. */
  readonly onSent?: (() => void) | undefined
}

/** Maximum of short calls that wait for a free connection; at 500 per second they are served in time. */
const maxQueued = 4096
/** Maximum of streams that calls which wait for a user may be opening at once. */
const maxOpening = 32
const maxTries = 6
const maxRetryAfterMs = 32_000
/** Limit for a `check` that asks one of several nodes. */
const probeMs = 1_500

/** Sends calls until one is answered: at another node, or again after a while, if that starts nothing twice. */
export class AnsweredCalls {
  readonly nodes: ApiNodes
  readonly #options: AnsweredCallsOptions
  readonly #requests: SignedRequests
  readonly #shortCalls: CallQueue
  readonly #openings = new CallQueue({ maxRunning: maxOpening, maxWaiting: maxQueued })
  readonly #closing = new AbortController()
  /** How many answers below HTTP 500 have arrived so far. */
  answers = 0

  /** @throws A system error if `caFile` can't be read. */
  constructor(options: AnsweredCallsOptions, requests: SignedRequests) {
    this.#options = options
    this.#requests = requests
    this.nodes = new ApiNodes({
      ...options,
      probe: (node) => this.#probe(node),
      mayRepeat: options.joins,
      messageHeaders: () => requests.signedHeaders(messagesPath),
      messageProof: (challenge) => requests.proof(challenge),
    })
    const { maxConnections } = options
    this.#shortCalls = new CallQueue({ maxRunning: maxConnections, maxWaiting: maxQueued })
  }

  /** Opens the message connections before the first sign-in needs them. */
  openMessages(): void {
    if (!this.#options.takesMessages()) return
    for (const link of this.nodes.messageLinks()) link.open()
  }

  /** Whether some node has a message connection that can take a call. */
  get hasMessages(): boolean {
    if (!this.#options.takesMessages()) return false
    return this.nodes.messageLinks().some(({ free }) => free !== undefined)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.nodes.close()
  }

  /** @throws {AuthApiUnavailable} if no attempt was answered. */
  async response(
    carrier: Carrier,
    endpoint: Endpoint,
    parameters: Named,
    limits: CallLimits,
  ): Promise<unknown> {
    // not the system clock, which can be set
    const began = performance.now()
    const until = began + limits.limitMs
    const joined = isJoined(parameters)
    const repeatable = endpoint.repeatable || joined
    // most calls need one attempt, and thousands wait for their users
    let attempts: CallAttempts | undefined
    for (let tries = 1; ; tries++) {
      const { requestMs = Number.POSITIVE_INFINITY } = limits
      const leftMs = Math.max(1, Math.min(requestMs, until - performance.now()))
      const tried = bothOf(attempts?.tried, limits.asked)
      const chosen = this.nodes.choose(tried, Math.min(leftMs, shortMs))
      const node = chosen instanceof Promise ? await chosen : chosen
      limits.asked?.add(node)
      let answer: RawAnswer
      try {
        const on = { node, carrier }
        const message = this.#message(on, endpoint, parameters, leftMs, limits)
        answer =
          (message === undefined ? undefined : await message) ??
          (await this.#request(on, endpoint, parameters, leftMs, limits))
      } catch (error) {
        attempts ??= new CallAttempts({ nodes: this.nodes, repeatable, joined, until })
        await this.#waitAfter(error, attempts, node)
        continue
      }
      if (answer.status >= 500) {
        attempts ??= new CallAttempts({ nodes: this.nodes, repeatable, joined, until })
        const failure = unavailableByStatus(answer)
        const waitMs = repeatable ? attempts.afterFailure(node, failure) : undefined
        if (waitMs !== undefined) {
          await delay(waitMs)
          continue
        }
      } else {
        node.answered()
        this.answers++
        if (carrier !== 'shared') this.#options.onAnswered?.(performance.now() - began)
      }
      if (answer.status !== 429 || !endpoint.retries429 || tries === maxTries) {
        return parseFinal(answer, attempts)
      }
      const waitMs = this.#retryMs(answer, tries)
      if (waitMs > maxRetryAfterMs || performance.now() + waitMs >= until)
        return parseFinal(answer, attempts)
      await this.#waitToRetry(endpoint, waitMs)
    }
  }

  /** Waits until the next attempt. @throws The error, if there is none. */
  async #waitAfter(error: unknown, attempts: CallAttempts, node: ApiNode): Promise<void> {
    if (!(error instanceof AuthApiUnavailable)) throw error
    const waitMs = attempts.afterFailure(node, error)
    if (waitMs === undefined) throw attempts.toFinalError(error)
    if (waitMs > 0) await delay(waitMs)
  }

  #retryMs({ headers }: RawAnswer, tries: number): number {
    return retryAfterMs(headers, this.#options.clock.now()) ?? backOffMs(tries - 1)
  }

  async #waitToRetry({ path }: Endpoint, waitMs: number): Promise<void> {
    this.#options.log.warn(`${path}: too many requests; asking again in ${Math.ceil(waitMs)} ms`)
    try {
      await delay(waitMs, undefined, { signal: this.#closing.signal })
    } catch {
      throw cancelled({ mayHaveBeenReceived: false })
    }
  }

  /** Asks one node whether it answers, beside the calls. */
  async #probe(node: ApiNode): Promise<boolean> {
    const { warm } = node.connections
    const limits = { limitMs: probeMs, sendWithinMs: probeMs }
    try {
      return (await this.#requests.send(warm, endpoints.check, {}, limits)).status < 500
    } catch {
      return false
    }
  }

  /**
   * Sends a call as a message, if the node has a message connection that can take it.
   *
   * @returns `undefined` if it must be sent over HTTP: there is no such connection, or it broke before the
   *   message was written.
   */
  #message(
    { node, carrier }: { readonly node: ApiNode; readonly carrier: Carrier },
    endpoint: Endpoint,
    parameters: Named,
    limitMs: number,
    { signal, onSent, requestedMs }: CallLimits,
  ): Promise<RawAnswer | undefined> | undefined {
    const { message } = endpoint
    if (message === undefined || carrier === 'warm' || !this.#options.takesMessages())
      return undefined
    const connection = node.connections.messages?.free
    if (connection === undefined) {
      node.connections.messages?.open()
      return undefined
    }
    const aged =
      requestedMs === undefined
        ? parameters
        : { ...parameters, [requestAge]: ageText(requestedMs()) }
    return new Promise((resolve, reject) => {
      node.begin()
      const taken = connection.call(message, aged, { limitMs, signal, onSent }, (outcome) => {
        node.end()
        if (!(outcome instanceof Error)) return resolve(toRawAnswer(outcome))
        if (outcome.reason === 'reset' && !outcome.mayHaveBeenReceived) return resolve(undefined)
        reject(outcome)
      })
      if (taken) return
      node.end()
      resolve(undefined)
    })
  }

  /** Waits for a place in the carrier's queue, and sends one request. */
  async #request(
    { node, carrier }: { readonly node: ApiNode; readonly carrier: Carrier },
    endpoint: Endpoint,
    parameters: Named,
    limitMs: number,
    { signal, onSent, requestedMs }: CallLimits,
  ): Promise<RawAnswer> {
    const queue = this.#queueOf(carrier)
    let limits = { limitMs, sendWithinMs: Math.min(limitMs, shortMs) }
    const entered = queue?.enter(limits.sendWithinMs, signal)
    if (entered !== undefined) {
      const began = performance.now()
      await entered
      limits = shortened(limits, performance.now() - began)
    }
    let isInside = true
    const leave = () => {
      if (isInside) queue?.leave()
      isInside = false
    }
    const { connections } = node
    node.begin()
    try {
      return await this.#requests.send(
        connections[carrier] ?? connections.short,
        endpoint,
        parameters,
        {
          ...limits,
          signal,
          requestedMs,
          onSent: () => {
            // a call that waits for its user only needs a place until its connection is open
            if (queue === this.#openings) leave()
            onSent?.()
          },
        },
      )
    } finally {
      node.end()
      leave()
    }
  }

  /** `undefined` for `check`, which must not wait for other calls. */
  #queueOf(carrier: Carrier): CallQueue | undefined {
    if (carrier === 'warm') return undefined
    return carrier === 'short' ? this.#shortCalls : this.#openings
  }
}

/** An earlier attempt may have been received, which an HTTP 5xx of the last one does not undo. */
function parseFinal(answer: RawAnswer, attempts: CallAttempts | undefined): unknown {
  try {
    return parseResponse(answer)
  } catch (error) {
    throw error instanceof AuthApiUnavailable ? (attempts?.toFinalError(error) ?? error) : error
  }
}

const none: ReadonlySet<ApiNode> = new Set()

function bothOf(
  tried: ReadonlySet<ApiNode> | undefined,
  asked: ReadonlySet<ApiNode> | undefined,
): ReadonlySet<ApiNode> {
  if (asked === undefined) return tried ?? none
  return tried === undefined ? asked : new Set([...tried, ...asked])
}

function toRawAnswer({ status, answer, retry_after }: AnswerFrame): RawAnswer {
  const headers = retry_after === undefined ? {} : { 'retry-after': String(retry_after) }
  return { status, headers, body: '', envelope: answer }
}

/** The limits of a request after its call waited in a queue. */
function shortened({ limitMs, sendWithinMs }: Limits, waitedMs: number): Limits {
  return {
    limitMs: Math.max(1, limitMs - waitedMs),
    sendWithinMs: Math.max(1, sendWithinMs - waitedMs),
  }
}
