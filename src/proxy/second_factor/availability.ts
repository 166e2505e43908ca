import { AuthApiUnavailable, type CheckAnswer } from '../../duo/index.ts'
import { type Cancellation, Canceller } from '../../host/cancellation.ts'
import { machineMs } from '../../host/machine_time.ts'
import type { StallMeter } from '../../host/stall_meter.ts'
import type { TimerWheel } from '../../host/timer_wheel.ts'

/** An API whose availability is watched. */
export interface CheckedApi {
  /** Number of answers below HTTP 500 so far, to any call for any user. */
  readonly answers: number
  /** When another worker last had an answer, by `machineMs`; absent if none had. */
  readonly answeredElsewhereMs?: number | undefined
  /** Uses a connection that no login uses. */
  check(): Promise<CheckAnswer>
}

/** The API is down; the failure of `check`, for logs. */
export interface Outage {
  readonly evidence: string
}

interface FailedCheck extends Outage {
  /** When the first of the present run of failed checks began, by `#ranMs`. */
  readonly failingSince: number
}

/** A call was aborted because the API is down; the request had no effect there. */
export class ApiDown extends Error {
  override readonly name = 'ApiDown'
  readonly outage: Outage

  constructor(outage: Outage) {
    super(outage.evidence)
    this.outage = outage
  }
}

export type CheckOutcome =
  | { readonly kind: 'answered'; readonly answer: CheckAnswer }
  | { readonly kind: 'failed'; readonly error: unknown }

/** When a login began. */
export interface Since {
  /** Number of answers by then. */
  readonly answers: number
  /** By `machineMs`. */
  readonly atMs: number
}

export interface WatchedCall {
  readonly signal: Cancellation
  readonly onSent: () => void
}

/** `check` is asked while a call lasts longer than this. */
const slowMs = 1_000
const retryMs = 250

/**
 * How long `check` must have failed without a break. Longer than a restart of the service or of its
 * database connection, and short enough to decide a login within 10 s.
 */
export const outageAfterMs = 6_500

export interface AvailabilityOptions {
  /** Notices calls that are slow. */
  readonly timers: TimerWheel
  /** A failed `check` is no evidence for as long as this process could not run. */
  readonly stalls: Pick<StallMeter, 'stalledMs'>
  readonly outageAfterMs: number
  /** Receives the outcome of every `check`. */
  readonly onCheck: (outcome: CheckOutcome) => void
}

/**
 * Whether an API answers, by the evidence of all logins and of `check`.
 *
 * The API is down for a login if `check` has failed for a while, and no user got an answer since the
 * login began. A failure of the login's own call is never evidence: a burst of guesses, or a username
 * that makes the API fail, can cause it.
 */
export class Availability {
  readonly #api: CheckedApi
  readonly #options: AvailabilityOptions
  #probe: Promise<FailedCheck | undefined> | undefined
  #confirming: Promise<Outage | undefined> | undefined
  #failing: { readonly since: number; readonly answers: number } | undefined
  #isClosed = false

  constructor(api: CheckedApi, options: AvailabilityOptions) {
    this.#api = api
    this.#options = options
  }

  /** Failures are no evidence from now on, because this process closes its connections. */
  close(): void {
    this.#isClosed = true
  }

  /** Read it when a login begins. */
  now(): Since {
    return { answers: this.#api.answers, atMs: machineMs() }
  }

  /**
   * Repeats `check` until it is answered or has failed for `outageAfterMs`, unless the API has answered
   * any user meanwhile. Concurrent logins share the requests.
   *
   * @returns `undefined` if the API answers.
   */
  async outage(since: Since): Promise<Outage | undefined> {
    if (this.#hasAnswered(since)) return undefined
    this.#confirming ??= this.#confirm().finally(() => {
      this.#confirming = undefined
    })
    const outage = await this.#confirming
    return this.#isClosed || this.#hasAnswered(since) ? undefined : outage
  }

  async #confirm(): Promise<Outage | undefined> {
    for (;;) {
      const failed = await this.ping()
      if (failed === undefined || this.#isClosed) return undefined
      if (this.#ranMs() - failed.failingSince >= this.#options.outageAfterMs) return failed
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }

  /** Asks `check` once; this also keeps its connection open. */
  ping(): Promise<FailedCheck | undefined> {
    this.#probe ??= this.#ask().finally(() => {
      this.#probe = undefined
    })
    return this.#probe
  }

  /**
   * Runs a call. If it is slow, asks `check` at the same time, so that an outage is known within 10 s.
   *
   * @param irrevocable Whether the call must complete once it is sent, as `auth` must.
   * @throws {ApiDown} if the API is down and the call was aborted; else what the call throws.
   */
  async watch<Answer>(
    since: Since,
    { irrevocable }: { readonly irrevocable: boolean },
    call: (watched: WatchedCall) => Promise<Answer>,
  ): Promise<Answer> {
    const canceller = new Canceller()
    let outage: Outage | undefined
    let mustComplete = false
    const slow = this.#options.timers.after(slowMs, async () => {
      const found = await this.outage(since)
      if (found === undefined || mustComplete) return
      outage = found
      canceller.abort()
    })
    const onSent = () => {
      if (!irrevocable) return
      mustComplete = true
      slow.stop()
    }
    try {
      return await call({ signal: canceller, onSent })
    } catch (error) {
      throw outage !== undefined && isCancelled(error) ? new ApiDown(outage) : error
    } finally {
      mustComplete = true
      slow.stop()
    }
  }

  /** Milliseconds in which this process could run; while it could not, it would have missed answers. */
  #ranMs(): number {
    return performance.now() - this.#options.stalls.stalledMs
  }

  #hasAnswered(since: Since): boolean {
    const { answers, answeredElsewhereMs = Number.NEGATIVE_INFINITY } = this.#api
    return answers > since.answers || answeredElsewhereMs > since.atMs
  }

  /**
   * A failure is no evidence if any user got an answer during this request: a login that began after
   * that answer, and shares the request, would not see it.
   */
  async #ask(): Promise<FailedCheck | undefined> {
    const { onCheck } = this.#options
    const [start, began] = [this.now(), this.#ranMs()]
    const { answers } = start
    try {
      onCheck({ kind: 'answered', answer: await this.#api.check() })
    } catch (error) {
      onCheck({ kind: 'failed', error })
      if (!this.#hasAnswered(start) && isEvidence(error)) {
        if (this.#failing?.answers !== answers) this.#failing = { since: began, answers }
        const evidence = `check failed: ${error.reason}: ${error.message}`
        return { evidence, failingSince: this.#failing.since }
      }
    }
    this.#failing = undefined
    return undefined
  }
}

/** Wrong keys or a wrong clock mean that the API answers; `overload` is a shortage on this machine. */
function isEvidence(error: unknown): error is AuthApiUnavailable {
  return error instanceof AuthApiUnavailable && error.reason !== 'overload'
}

function isCancelled(error: unknown): boolean {
  return error instanceof AuthApiUnavailable && error.reason === 'cancelled'
}
