/** What a trace event is about. */
export type TraceKind = 'sign-in' | 'primary' | 'radius' | 'api' | 'push' | 'answer' | 'probe'

/** How the step of an event ended. */
export type TraceOutcome = 'ok' | 'refused' | 'dropped' | 'lost' | 'timeout' | 'error'

/** One step of a sign-in or of a probe, on its way from one node to another. */
export interface TraceEvent {
  /** Counts up from 1 without gaps. */
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly loginId?: string
  /** The user who signs in, in the first event of a sign-in. */
  readonly user?: string
  /** `client`, `controller-1`, `domain`, `proxy-ADDRESS:PORT`, `service` or `phone`. */
  readonly from: string
  readonly to: string
  readonly kind: TraceKind
  /** Name of the packet, call or act, such as `Access-Request`. */
  readonly name: string
  /** One line for people. Contains no password, secret or passcode. */
  readonly detail: string
  readonly outcome?: TraceOutcome
}

/** An event before the trace numbers it. */
export type NewTraceEvent = Omit<TraceEvent, 'seq' | 'atMs'> & { readonly atMs?: number }

const defaultMaxEvents = 20_000

/** The latest events of a directory, and everyone who watches them. */
export class Trace {
  readonly #now: () => number
  readonly #maxEvents: number
  readonly #listeners = new Set<(event: TraceEvent) => void>()
  #events: TraceEvent[] = []
  #count = 0

  /** @param maxEvents The oldest events are dropped when there are more. */
  constructor(now: () => number, maxEvents = defaultMaxEvents) {
    this.#now = now
    this.#maxEvents = maxEvents
  }

  add(event: NewTraceEvent): TraceEvent {
    const added: TraceEvent = { ...event, seq: ++this.#count, atMs: event.atMs ?? this.#now() }
    this.#events.push(added)
    // in large steps, because removing from the front moves all that follow
    if (this.#events.length > this.#maxEvents * 1.25)
      this.#events = this.#events.slice(-this.#maxEvents)
    for (const listener of this.#listeners) listener(added)
    return added
  }

  /** Calls a listener for each later event. @returns A function that ends it. */
  watch(listener: (event: TraceEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The kept events, oldest first. */
  events(): readonly TraceEvent[] {
    return this.#events.slice(-this.#maxEvents)
  }

  eventsOf(loginId: string): readonly TraceEvent[] {
    return this.events().filter((event) => event.loginId === loginId)
  }

  /** The kept events, one JSON object per line. */
  toNdjson(): string {
    return this.events()
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('')
  }
}
