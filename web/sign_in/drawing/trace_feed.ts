import { useSyncExternalStore } from 'react'
import type { TraceEvent } from '../../../src/workspaces/web/page_api.ts'

const maxEvents = 2000
/** Events that arrive within this time are shown together: a page that opens gets hundreds at once. */
const gatherMs = 20

/** What the drawing shows. */
export interface Feed {
  readonly events: readonly TraceEvent[]
  readonly isConnected: boolean
  readonly isPaused: boolean
  /** Events that arrived while it was paused. */
  readonly held: number
}

/** The events of the directory as they arrive; the browser connects again by itself. */
export class TraceFeed {
  #feed: Feed = { events: [], isConnected: false, isPaused: false, held: 0 }
  #held: TraceEvent[] = []
  #arrived: TraceEvent[] = []
  #gathering: ReturnType<typeof setTimeout> | undefined
  #run: string | undefined
  readonly #listeners = new Set<() => void>()

  /** @returns Ends the connection. */
  follow(): () => void {
    const source = new EventSource('/sim/events')
    source.addEventListener('open', () => this.#set({ isConnected: true }))
    source.addEventListener('error', () => this.#set({ isConnected: false }))
    source.addEventListener('run', ({ data }) => this.#began(String(data)))
    source.addEventListener('message', ({ data }) => this.#add(JSON.parse(String(data))))
    return () => {
      source.close()
      clearTimeout(this.#gathering)
      this.#arrived = []
    }
  }

  readonly get = (): Feed => this.#feed

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly clear = (): void => {
    this.#held = []
    this.#arrived = []
    this.#set({ events: [], held: 0 })
  }

  readonly pause = (): void => this.#set({ isPaused: true })

  readonly resume = (): void => {
    const events = [...this.#feed.events, ...this.#held].slice(-maxEvents)
    this.#held = []
    this.#set({ isPaused: false, events, held: 0 })
  }

  /** Sequence numbers begin again when the directory starts again. */
  #began(run: string): void {
    if (this.#run !== undefined && this.#run !== run) this.clear()
    this.#run = run
  }

  #add(event: TraceEvent): void {
    this.#arrived.push(event)
    if (this.#arrived.length > 1) return
    this.#gathering = setTimeout(() => this.#show(), gatherMs)
  }

  #show(): void {
    const arrived = this.#arrived
    this.#arrived = []
    if (this.#feed.isPaused) {
      this.#held = [...this.#held, ...arrived].slice(-maxEvents)
      this.#set({ held: this.#held.length })
      return
    }
    this.#set({ events: [...this.#feed.events, ...arrived].slice(-maxEvents) })
  }

  #set(change: Partial<Feed>): void {
    this.#feed = { ...this.#feed, ...change }
    for (const listener of this.#listeners) listener()
  }
}

export function useFeed(feed: TraceFeed): Feed {
  return useSyncExternalStore(feed.subscribe, feed.get)
}
