const tickMs = 50
/** A shorter delay is jitter. */
const stallMs = 500
/** Data that arrived during a stall is read within this time after it. */
const drainMs = 2_000
/** Longer spans go round the wheel more than once. */
const slotCount = 256

/** A limit that was set. */
export interface Limit {
  /** The callback is not called from now on. Later calls change nothing. */
  stop(): void
}

/**
 * Limits for many short operations at once, such as requests with a deadline that is hardly ever reached: one
 * timer for all of them, which runs only while there are any. A limit is kept to within 100 ms.
 *
 * A limit counts time in which this process could run: after a stall of the event loop, expired timers fire
 * before the data that arrived meanwhile is read, and a stall uses one tick.
 */
export class TimerWheel {
  readonly #slots: (Due | undefined)[] = Array<Due | undefined>(slotCount).fill(undefined)
  #tick = 0
  #tickedMs = 0
  #stalledMs = 0
  #stall = { from: Number.NEGATIVE_INFINITY, to: Number.NEGATIVE_INFINITY }
  #size = 0
  #timer: NodeJS.Timeout | undefined

  after(spanMs: number, expired: () => void): Limit {
    // the present tick has begun already
    const due = new Due(this, this.#tick + Math.ceil(spanMs / tickMs) + 1, expired)
    const slot = due.atTick % slotCount
    const first = this.#slots[slot]
    due.next = first
    if (first !== undefined) first.previous = due
    this.#slots[slot] = due
    this.#size++
    if (this.#timer === undefined) {
      this.#tickedMs = performance.now()
      this.#timer = setInterval(() => this.#advance(), tickMs)
    }
    return due
  }

  /** Total time, in milliseconds, in which this process could not run while a limit was set. */
  get stalledMs(): number {
    return this.#stalledMs
  }

  /** Called by `Due`, once each. */
  remove(due: Due): void {
    const { previous, next } = due
    if (previous === undefined) this.#slots[due.atTick % slotCount] = next
    else previous.next = next
    if (next !== undefined) next.previous = previous
    this.#size--
    if (this.#size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /**
   * How long, in milliseconds, data that is read now may have waited at most, because this process could not
   * run. It may take a while until all that has arrived during a stall is read. 0 while no limit is set.
   */
  get unreadMs(): number {
    if (this.#timer === undefined) return 0
    const now = performance.now()
    const lateMs = now - this.#tickedMs - tickMs
    if (lateMs > stallMs) return lateMs
    const { from, to } = this.#stall
    return now < to + drainMs ? now - from : 0
  }

  #advance(): void {
    this.#tick++
    const now = performance.now()
    if (now - this.#tickedMs - tickMs > stallMs) this.#stall = { from: this.#tickedMs, to: now }
    this.#stalledMs += Math.max(0, now - this.#tickedMs - tickMs)
    this.#tickedMs = now
    let due = this.#slots[this.#tick % slotCount]
    while (due !== undefined) {
      const { next } = due
      if (due.atTick <= this.#tick) due.expire()
      due = next
    }
  }
}

/** A member of the list of its slot. */
class Due implements Limit {
  readonly atTick: number
  previous: Due | undefined
  next: Due | undefined
  readonly #wheel: TimerWheel
  readonly #expired: () => void
  #state: 'waiting' | 'expiring' | 'over' = 'waiting'

  constructor(wheel: TimerWheel, atTick: number, expired: () => void) {
    this.#wheel = wheel
    this.atTick = atTick
    this.#expired = expired
  }

  stop(): void {
    if (this.#state === 'waiting') this.#wheel.remove(this)
    this.#state = 'over'
  }

  expire(): void {
    this.#wheel.remove(this)
    this.#state = 'expiring'
    // after the poll phase, which reads sockets
    setImmediate(() => {
      if (this.#state === 'expiring') this.#expired()
    })
  }
}
