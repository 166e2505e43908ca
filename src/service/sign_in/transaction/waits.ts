import type { Clock } from '../../../host/clock.ts'
import { outsideShares } from '../../store/database_share.ts'
import type { Dialect } from '../../store/dialect.ts'
import type { Listener, WakeUps } from '../../store/wake_ups.ts'
import type { Caller } from './transaction.ts'

/** A transaction that was opened, changed or settled. */
export interface Change {
  readonly txid: string
  readonly phoneId: string | null
  /** Different after each change. */
  readonly state: string
  /** Whether it was only opened, which concerns its phone and not those that wait for it. */
  readonly isNew: boolean
}

/** How a process polls for changes that no notification announced. */
export interface Polling {
  readonly everyMs: number
  /** How far back: covers the time until a change is committed, and the difference of clocks. */
  readonly backMs: number
}

/** SQLite has no notifications between processes; those of PostgreSQL may be lost. */
const pollings: Readonly<Record<Dialect, Polling>> = {
  sqlite: { everyMs: 500, backMs: 5_000 },
  postgres: { everyMs: 5_000, backMs: 15_000 },
}
/** How often if no notifications arrive from other nodes. */
const silentEveryMs = 500
/** By how much a wait may end too late. */
const sweepEveryMs = 100
/** A clock that goes back by more than this was set back. */
const setBackMs = 1000

export function pollingFor(dialect: Dialect): Polling {
  return pollings[dialect]
}

/**
 * The callers in this process that wait for a transaction or watch a phone. One timer ends all their
 * waits, and one query at intervals finds changes that no notification announced.
 */
export class Waits {
  readonly #wakeUps: WakeUps
  readonly #clock: Clock
  readonly #polling: Polling
  readonly #changedSince: (moment: number) => Promise<readonly Change[]>
  readonly #waits = new Set<Wait>()
  readonly #watches = new Set<() => void>()
  /** What the last query found. */
  #seen: ReadonlyMap<string, string> = new Map()
  #timers: NodeJS.Timeout[] = []
  #isPolling = false
  #sweptAt = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(
    wakeUps: WakeUps,
    clock: Clock,
    polling: Polling,
    changedSince: (moment: number) => Promise<readonly Change[]>,
  ) {
    this.#wakeUps = wakeUps
    this.#clock = clock
    this.#polling = polling
    this.#changedSince = changedSince
  }

  get count(): number {
    return this.#waits.size
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Begins to listen to a transaction and to its caller hanging up. */
  begin(txid: string, caller?: Caller): Wait {
    const wait = new Wait(txid)
    this.#wakeUps.listen(transactionTopic(txid), wait)
    caller?.on('close', () => wait.wake())
    this.#waits.add(wait)
    this.#work()
    return wait
  }

  end(wait: Wait): void {
    this.#wakeUps.unlisten(transactionTopic(wait.txid), wait)
    this.#waits.delete(wait)
    this.#rest()
  }

  watch(phoneId: string, listener: () => void): () => void {
    const cancel = this.#wakeUps.on(phoneTopic(phoneId), listener)
    const end = () => {
      cancel()
      this.#watches.delete(end)
      this.#rest()
    }
    this.#watches.add(end)
    this.#work()
    return end
  }

  /** @param db The database transaction of the change; the announcement follows its commit. */
  announce({ txid, phoneId }: Pick<Change, 'txid' | 'phoneId'>, db: object): void {
    this.#wakeUps.announce(transactionTopic(txid), db)
    if (phoneId !== null) this.#wakeUps.announce(phoneTopic(phoneId), db)
  }

  /** Ends all waits and watches. */
  close(): void {
    this.#closed = true
    for (const wait of this.#waits) wait.wake()
    for (const end of this.#watches) end()
  }

  /** Starts the timers, which run while something waits. */
  #work(): void {
    if (this.#timers.length > 0 || this.#closed) return
    const [polling, wakeUps] = [this.#polling, this.#wakeUps]
    const tickMs = Math.min(polling.everyMs, silentEveryMs)
    let ticks = 0
    const tick = () => {
      ticks++
      if (!wakeUps.isSilent && ticks * tickMs < polling.everyMs) return
      ticks = 0
      void outsideShares(() => this.#poll())
    }
    this.#timers = [setInterval(() => this.#sweep(), sweepEveryMs), setInterval(tick, tickMs)]
  }

  #rest(): void {
    if (this.#waits.size + this.#watches.size > 0) return
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
    this.#seen = new Map()
  }

  #sweep(): void {
    const now = this.#clock.now()
    const setBack = now < this.#sweptAt - setBackMs
    this.#sweptAt = now
    for (const wait of this.#waits) if (setBack || wait.ends <= now) wait.wake()
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return
    this.#isPolling = true
    const wakeUps = this.#wakeUps
    try {
      const changes = await this.#changedSince(this.#clock.now() - this.#polling.backMs)
      const seen = this.#seen
      this.#seen = new Map(changes.map(({ txid, state }) => [txid, state]))
      for (const { txid, phoneId, state, isNew } of changes) {
        if (seen.get(txid) === state) continue
        if (!isNew) wakeUps.wake(transactionTopic(txid))
        if (phoneId !== null) wakeUps.wake(phoneTopic(phoneId))
      }
    } catch {
      // other queries report that the database is not available; the next one here catches up
    } finally {
      this.#isPolling = false
    }
  }
}

/** One wait; there are thousands at once. */
export class Wait implements Listener {
  readonly txid: string
  /** When it ends by itself. */
  ends = Number.POSITIVE_INFINITY
  #woken = false
  #resolve: (() => void) | undefined

  constructor(txid: string) {
    this.txid = txid
  }

  /** Resolves when it is woken, at once if that has happened since the last time, or at a moment. */
  until(moment: number): Promise<void> {
    this.ends = moment
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#resolve = resolve
    if (this.#woken) this.wake()
    return promise
  }

  wake(): void {
    this.#woken = this.#resolve === undefined
    this.#resolve?.()
    this.#resolve = undefined
  }
}

function transactionTopic(txid: string): string {
  return `transaction/${txid}`
}

function phoneTopic(phoneId: string): string {
  return `phone/${phoneId}`
}
