import type { Clock } from '../../host/clock.ts'
import type { TelephonyEvent, TelephonyLog } from '../audit/telephony_log.ts'
import type { TelephonyLimits } from '../config/telephony_limits.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { DeliveryError, type DeliveryErrorCode } from './messaging.ts'

export type Telephoned = Pick<TelephonyEvent, 'number' | 'userId' | 'txid' | 'context'>

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs

/** Limits the cost of messages and calls: each is counted and logged before the provider is called. */
export class TelephonyLimit {
  readonly #store: Store
  readonly #log: TelephonyLog
  readonly #kind: Pick<TelephonyEvent, 'type' | 'provider'>
  readonly #limits: TelephonyLimits
  readonly #clock: Clock

  constructor(
    store: Store,
    log: TelephonyLog,
    kind: Pick<TelephonyEvent, 'type' | 'provider'>,
    limits: TelephonyLimits,
    clock: Clock,
  ) {
    this.#store = store
    this.#log = log
    this.#kind = kind
    this.#limits = limits
    this.#clock = clock
  }

  /**
   * Sends unless a limit is exceeded.
   *
   * @param send Returns the provider's identifier.
   * @throws {DeliveryError} `DELIVERY_LIMIT`, `DELIVERY_REFUSED` for a number that may not be
   *   reached, and what `send` throws.
   */
  async send(telephoned: Telephoned, send: () => Promise<string>): Promise<void> {
    this.#checkNumber(telephoned.number)
    const line = await this.#store.transaction((db) => this.#begin(telephoned, db))
    if (line.reached !== undefined) {
      throw new DeliveryError(
        'DELIVERY_LIMIT',
        `${line.reached}; wait, or raise the limit in [${this.#kind.type}] of countersign.cfg`,
      )
    }
    try {
      const detail = await send()
      await this.#log.finish(line.id, { result: 'sent', detail }, this.#store.db)
    } catch (error) {
      const detail = error instanceof DeliveryError ? error.message : 'an unexpected error'
      await this.#log.finish(line.id, { result: toResult(error), detail }, this.#store.db)
      throw error
    }
  }

  #checkNumber(number: string): void {
    const { allowedPrefixes } = this.#limits
    if (!/^\+[1-9]\d{6,14}$/.test(number)) {
      throw new DeliveryError(
        'DELIVERY_REFUSED',
        'the number is not in international format; write it like +15550101234',
      )
    }
    if (allowedPrefixes.length === 0) return
    if (allowedPrefixes.some((prefix) => number.startsWith(prefix))) return
    throw new DeliveryError(
      'DELIVERY_REFUSED',
      `numbers that begin with ${number.slice(0, 4)} are not in allowed_prefixes of [${this.#kind.type}]`,
    )
  }

  /** Counts and writes in one transaction, so that simultaneous requests can't exceed a limit. */
  async #begin(
    telephoned: Telephoned,
    db: StoreDb,
  ): Promise<{ readonly id: number; readonly reached: string | undefined }> {
    const now = this.#clock.now()
    await this.#log.hold(db)
    const reached = await this.#reached(telephoned, now, db)
    const id = await this.#log.append(
      {
        timestamp: now,
        ...telephoned,
        ...this.#kind,
        result: reached === undefined ? 'started' : 'limited',
        detail: reached ?? '',
      },
      db,
    )
    return { id, reached }
  }

  /** Describes the limit that is reached. */
  async #reached(
    { number, userId }: Telephoned,
    now: number,
    db: StoreDb,
  ): Promise<string | undefined> {
    const { type } = this.#kind
    const { userPerHour, userPerDay, numberPerHour, numberPerDay, allPerHour } = this.#limits
    const ofUser = userId === null ? undefined : { userId }
    const rows = [
      { max: userPerHour, whose: ofUser, sinceMs: hourMs, text: 'this user in an hour' },
      { max: userPerDay, whose: ofUser, sinceMs: dayMs, text: 'this user in a day' },
      { max: numberPerHour, whose: { number }, sinceMs: hourMs, text: 'this number in an hour' },
      { max: numberPerDay, whose: { number }, sinceMs: dayMs, text: 'this number in a day' },
      { max: allPerHour, whose: 'all', sinceMs: hourMs, text: 'all users in an hour' },
    ] as const
    for (const { max, whose, sinceMs, text } of rows) {
      if (max === 0 || whose === undefined) continue
      if ((await this.#log.count(type, whose, now - sinceMs, db)) < max) continue
      return `${max} ${type === 'sms' ? 'messages' : 'calls'} to ${text} have been sent`
    }
    return undefined
  }
}

function toResult(error: unknown): 'refused' | 'unreachable' {
  const open: readonly DeliveryErrorCode[] = ['DELIVERY_UNREACHABLE', 'DELIVERY_UNANSWERED']
  return error instanceof DeliveryError && open.includes(error.code) ? 'unreachable' : 'refused'
}
