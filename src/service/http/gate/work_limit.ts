import { TooManyRequests } from './request_limit.ts'

export interface WorkLimits {
  /** Calls of one application that are in work at once. */
  readonly inWork: number
  /** Calls of one application that wait for their turn. */
  readonly queued: number
  /** Calls of one application that begin in one turn of the event loop. */
  readonly perTurn: number
}

/** More than the queue of one user holds (`queueLimits`), so that a burst for one user does not stop the others. */
const usualLimits: WorkLimits = { inWork: 1_024, queued: 8_192, perTurn: 128 }
const retryAfterSecs = 2

/** Thrown if an application has too many calls in work. */
export class ApplicationBusy extends TooManyRequests {
  constructor(ikey: string, queued: number) {
    super(retryAfterSecs)
    // for the log; the client sees the usual message of 429
    this.message = `${queued} calls of application ${ikey} wait for their turn`
  }
}

/**
 * Limits how many calls of each application are in work, so that none can take the database or the event loop
 * from the others. Further calls wait for their turn, in order of arrival.
 *
 * A call is in work until its handler has ended, also after its client has given up. It is not while the handler
 * waits for a user.
 */
export class WorkLimit {
  readonly #limits: WorkLimits
  readonly #lanes = new Map<string, Lane>()

  constructor(limits: WorkLimits = usualLimits) {
    this.#limits = limits
  }

  /**
   * @param begin Called once the call may begin: at once if its application has few in work.
   * @param options.isUrgent The call never waits: for `check`, by which clients see whether the service is down.
   * @throws {ApplicationBusy} if too many calls wait.
   */
  enter(ikey: string, begin: (work: Work) => void, { isUrgent = false } = {}): Work {
    const lane = this.#lane(ikey)
    const work = new Work(lane, begin)
    if (isUrgent ? lane.hasUrgentPlace : lane.hasPlace) work.begin()
    else if (isUrgent || lane.isFull) throw new ApplicationBusy(ikey, lane.queued)
    else lane.add(work)
    return work
  }

  #lane(ikey: string): Lane {
    // only applications that exist are counted, so that the table stays small
    const lane = this.#lanes.get(ikey) ?? new Lane(this.#limits)
    this.#lanes.set(ikey, lane)
    return lane
  }
}

/** The calls of one application. */
class Lane {
  readonly #limits: WorkLimits
  readonly #queue = new Set<Work>()
  #inWork = 0
  #begunInTurn = 0
  #isTurnCounted = false

  constructor(limits: WorkLimits) {
    this.#limits = limits
  }

  get queued(): number {
    return this.#queue.size
  }

  get isFull(): boolean {
    return this.#queue.size >= this.#limits.queued
  }

  get hasPlace(): boolean {
    return this.#queue.size === 0 && this.#mayBegin
  }

  get hasUrgentPlace(): boolean {
    return this.#inWork < 2 * this.#limits.inWork
  }

  add(work: Work): void {
    this.#queue.add(work)
    this.#countTurn()
  }

  remove(work: Work): void {
    this.#queue.delete(work)
  }

  begun(): void {
    this.#inWork++
    this.#begunInTurn++
    this.#countTurn()
  }

  resumed(): void {
    this.#inWork++
  }

  ended(): void {
    this.#inWork--
    if (this.#queue.size > 0) this.#countTurn()
  }

  get #mayBegin(): boolean {
    const { inWork, perTurn } = this.#limits
    return this.#inWork < inWork && this.#begunInTurn < perTurn
  }

  /** Starts a new count in the next turn of the event loop, and takes calls from the queue. */
  #countTurn(): void {
    if (this.#isTurnCounted) return
    this.#isTurnCounted = true
    setImmediate(() => {
      this.#isTurnCounted = false
      this.#begunInTurn = 0
      for (const work of this.#queue) {
        if (!this.#mayBegin) return
        this.#queue.delete(work)
        work.begin()
      }
    })
  }
}

/** One call, from its arrival to the end of its handler. */
export class Work {
  readonly #lane: Lane
  #begin: ((work: Work) => void) | undefined
  #state: 'queued' | 'in work' | 'waits for its user' | 'ended' = 'queued'

  constructor(lane: Lane, begin: (work: Work) => void) {
    this.#lane = lane
    this.#begin = begin
  }

  begin(): void {
    const begin = this.#begin
    this.#begin = undefined
    this.#state = 'in work'
    this.#lane.begun()
    begin?.(this)
  }

  /** The handler waits for a user, and does nothing meanwhile. */
  waits(): void {
    if (this.#state !== 'in work') return
    this.#state = 'waits for its user'
    this.#lane.ended()
  }

  /** The client has given up: a call in the queue never begins, and one that waits goes on to its end. */
  givenUp(): void {
    if (this.#state === 'queued') this.end()
    if (this.#state !== 'waits for its user') return
    this.#state = 'in work'
    this.#lane.resumed()
  }

  /** The handler has ended. */
  end(): void {
    const state = this.#state
    this.#state = 'ended'
    this.#begin = undefined
    if (state === 'queued') this.#lane.remove(this)
    else if (state === 'in work') this.#lane.ended()
  }
}
