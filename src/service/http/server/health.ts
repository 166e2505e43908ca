import type { Clock } from '../../../host/clock.ts'
import { aheadOfQueue } from '../../store/database_share.ts'
import { readSetting } from '../../store/settings.ts'
import type { Store } from '../../store/store.ts'
import { StoreError } from '../../store/store_error.ts'
import { probeWrites } from '../../store/write_probe.ts'

/** Whether the database is usable; `busy` is temporary contention. */
export type DatabaseHealth = 'ok' | 'busy' | 'read only' | 'full' | 'unreachable'

const cachedMs = 1000
/** Below the 7 s that our proxy waits for `check`. */
const deadlineMs = 5000

/**
 * Whether the service can work. The result of a write is cached for a second, so that any number of
 * requests costs one write.
 */
export class Health {
  readonly #store: Store
  readonly #clock: Clock
  #isStopping = false
  #written: { readonly health: DatabaseHealth; readonly at: number } | undefined
  #writing: Promise<DatabaseHealth> | undefined

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  get isStopping(): boolean {
    return this.#isStopping
  }

  stop(): void {
    this.#isStopping = true
  }

  /** The result of a write, at most a second old. */
  async database(): Promise<DatabaseHealth> {
    const before = this.#written
    if (before !== undefined && performance.now() - before.at < cachedMs) return before.health
    this.#writing ??= this.#awaitHealth(() => this.#write()).then((written) => {
      this.#written = { health: written, at: performance.now() }
      this.#writing = undefined
      return written
    })
    return await this.#writing
  }

  /** Whether sign-ins can be decided now: reads from the database, bypassing the cache. */
  async canDecide(): Promise<boolean> {
    const [read, written] = await Promise.all([
      this.#awaitHealth(() => this.#read()),
      this.database(),
    ])
    return [read, written].every((health) => health === 'ok' || health === 'busy')
  }

  async #read(): Promise<void> {
    const { db } = this.#store
    await aheadOfQueue(() => readSetting('any', db))
  }

  async #write(): Promise<void> {
    await aheadOfQueue(() => probeWrites(this.#store, this.#clock.now()))
  }

  /**
   * Waits for a limited time. A database that answers other statements meanwhile is busy: proxies take a
   * failing `check` as evidence of an outage, so load alone must not make it fail.
   */
  async #awaitHealth(work: () => Promise<void>): Promise<DatabaseHealth> {
    const began = performance.now()
    const late = Promise.withResolvers<DatabaseHealth>()
    const expire = () => {
      late.resolve(this.#store.answeredAt > began ? 'busy' : 'unreachable')
    }
    // after a stall of the event loop, pending answers are read first
    const timer = setTimeout(() => setImmediate(expire), deadlineMs)
    try {
      return await Promise.race([work().then(() => 'ok' as const, describeFailure), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }
}

function describeFailure(error: unknown): DatabaseHealth {
  if (!(error instanceof StoreError)) return 'unreachable'
  switch (error.code) {
    // the database answered just before, and one lost connection proves no outage
    case 'STORE_OUTCOME_UNKNOWN':
    case 'STORE_BUSY':
      return 'busy'
    case 'STORE_FULL':
      return 'full'
    case 'STORE_READ_ONLY':
      return 'read only'
    case 'STORE_CONNECTION_LOST':
    case 'STORE_UNREACHABLE':
    case 'STORE_DAMAGED':
    case 'STORE_DATABASE_URL':
    case 'STORE_FOLDER':
    case 'STORE_WRONG_KEY':
    case 'STORE_KEY_FILE':
    case 'STORE_NEEDS_MIGRATION':
    case 'STORE_NEWER_SCHEMA':
    case 'STORE_OTHER_SCHEMA':
    case 'STORE_NO_DATA':
    case 'STORE_CURSOR':
      return 'unreachable'
  }
}
