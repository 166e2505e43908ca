const tickMs = 50
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
    this.#timer ??= setInterval(() => this.#advance(), tickMs)
    return due
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

  #advance(): void {
    this.#tick++
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
