import type { PendingRequest, PendingRequests } from '../../../src/push/app_message.ts'
import { eventsOf } from './event_stream.ts'
import { isRemoved } from './refusal.ts'
import type { ServiceLink } from './service_link.ts'

/**
 * `slow`: the stream does not work, so the app polls. `offline`: the phone has no network; `unreachable`:
 * it has one, but the service does not answer.
 */
export type FeedState = 'connecting' | 'live' | 'slow' | 'reconnecting' | 'offline' | 'unreachable'

export interface FeedParts {
  readonly link: ServiceLink
  /** @param askedAt When the app asked for the list or connected, in milliseconds since the epoch. */
  readonly waiting: (requests: readonly PendingRequest[], askedAt: number) => void
  readonly changed: (state: FeedState) => void
  readonly removed: () => void
}

/** The service sends the current state at once, and a keep-alive every 20 seconds. */
const firstWordMs = 5_000
const silenceMs = 45_000
const firstPauseMs = 1_000
const maxPauseMs = 15_000
const pollMs = 3_000
/** Polls before the stream is tried again. */
const pollsPerTry = 20

/**
 * Keeps the list of waiting requests current while the app is open: by a stream, or by polling if the
 * stream fails.
 */
export class RequestFeed {
  readonly #parts: FeedParts
  #stop = new AbortController()
  #pauseMs = firstPauseMs
  #wake: () => void = () => {}
  #interrupt: () => void = () => {}

  constructor(parts: FeedParts) {
    this.#parts = parts
  }

  start(): void {
    this.#stop = new AbortController()
    this.#run(this.#stop).catch(() => this.#parts.changed(lostState()))
  }

  stop(): void {
    this.#stop.abort()
    this.#wake()
  }

  /** Retries now instead of after the backoff. */
  hurry(): void {
    this.#pauseMs = firstPauseMs
    this.#wake()
  }

  /** Ends the stream when the phone loses its network; otherwise that shows only after its silence. */
  interrupt(): void {
    this.#interrupt()
  }

  async #run(stop: AbortController): Promise<void> {
    this.#parts.changed('connecting')
    while (!stop.signal.aborted) {
      try {
        const received = await this.#follow(stop)
        if (received && !stop.signal.aborted) this.#parts.changed('reconnecting')
        else if (!stop.signal.aborted) await this.#poll(stop)
      } catch (error) {
        if (stop.signal.aborted) return
        if (isRemoved(error)) {
          this.#parts.removed()
          return
        }
        this.#parts.changed(lostState())
      }
      if (stop.signal.aborted) return
      await this.#pause(this.#pauseMs)
      this.#pauseMs = Math.min(this.#pauseMs * 2, maxPauseMs)
    }
  }

  /**
   * @returns Whether the stream delivered any event before it ended. Some proxies block or buffer streams.
   * @throws {Refusal} where this phone has been removed.
   */
  async #follow(stop: AbortController): Promise<boolean> {
    const silence = new AbortController()
    let timer = setTimeout(() => silence.abort(), firstWordMs)
    this.#interrupt = () => silence.abort()
    let received = false
    const askedAt = Date.now()
    try {
      const signal = AbortSignal.any([stop.signal, silence.signal])
      for await (const { event, data } of eventsOf(await this.#parts.link.stream(signal))) {
        clearTimeout(timer)
        timer = setTimeout(() => silence.abort(), silenceMs)
        received = true
        this.#pauseMs = firstPauseMs
        if (event === 'removed') {
          this.#parts.removed()
          stop.abort()
        } else {
          this.#parts.changed('live')
          if (event === 'requests') this.#parts.waiting(requestsIn(data), askedAt)
        }
      }
    } catch (error) {
      if (isRemoved(error)) throw error
    } finally {
      clearTimeout(timer)
    }
    return received
  }

  async #poll(stop: AbortController): Promise<void> {
    for (let polls = 0; polls < pollsPerTry && !stop.signal.aborted; polls += 1) {
      const askedAt = Date.now()
      const { requests, time } = await this.#parts.link.ask<PendingRequests>(
        'GET',
        '/app/api/requests',
      )
      if (time !== undefined) this.#parts.link.setTime(time)
      this.#parts.changed('slow')
      this.#parts.waiting(requests, askedAt)
      await this.#pause(pollMs)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function lostState(): FeedState {
  return navigator.onLine ? 'unreachable' : 'offline'
}

function requestsIn(data: string): readonly PendingRequest[] {
  const { requests }: PendingRequests = JSON.parse(data)
  return requests
}
