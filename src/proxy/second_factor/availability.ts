import { AuthApiUnavailable, type CheckAnswer } from '../../duo/index.ts'

/** What the evidence is taken from: one API, by its client. */
export interface CheckedApi {
  /** How many answers below HTTP 500 have come so far, to any call of any user. */
  readonly answers: number
  /** Asks over a connection that no login uses. */
  check(): Promise<CheckAnswer>
}

/** The API is down: what `check` ran into, for the log. */
export interface Outage {
  readonly evidence: string
}

interface FailedCheck extends Outage {
  /** When the first of the checks began that have all failed, by `performance.now()`. */
  readonly failingSince: number
}

/** A login's call was given up because the API is down; the request had no effect there. */
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

/** How many answers had come when a login began. */
export type Since = number

export interface WatchedCall {
  readonly signal: AbortSignal
  readonly onSent: () => void
}

/** A call that lasts longer is slow: `check` is asked beside it. */
const slowMs = 1_000
const retryMs = 250

/**
 * How long `check` must have failed without a break. Longer than a restart of the service or the loss
 * of a connection to its database, and short enough for a login to be decided within 10 s.
 */
export const outageAfterMs = 6_500

export interface AvailabilityOptions {
  readonly outageAfterMs: number
  /** Receives the outcome of every `check`. */
  readonly onCheck: (outcome: CheckOutcome) => void
}

/**
 * Evidence on whether an API answers, gathered from all logins and from `check`.
 *
 * An API is down for a login if `check` has failed for a while and nobody has had an answer since the
 * login began. A failure of the login's own call is never evidence: a wrong password, a burst of
 * guesses or a name that the API chokes on can cause it.
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

  /** Nothing is evidence from now on: connections end because this process closes them. */
  close(): void {
    this.#isClosed = true
  }

  /** To be read when a login begins. */
  now(): Since {
    return this.#api.answers
  }

  /**
   * Asks `check`, unless the API has answered somebody meanwhile, and repeats it until it is answered
   * or has failed for `outageAfterMs`. Logins that ask at the same time share the requests.
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
      if (performance.now() - failed.failingSince >= this.#options.outageAfterMs) return failed
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }

  /** Asks `check`, and keeps its connection open that way. */
  ping(): Promise<FailedCheck | undefined> {
    this.#probe ??= this.#ask().finally(() => {
      this.#probe = undefined
    })
    return this.#probe
  }

  /**
   * Runs a call. While it is slow, `check` is asked beside it, so that an outage is known within 10 s.
   *
   * @param irrevocable Whether the call must run to its end once it is sent, as `auth` must.
   * @throws {ApiDown} if the API is down and the call could be given up; else what the call throws.
   */
  async watch<Answer>(
    since: Since,
    { irrevocable }: { readonly irrevocable: boolean },
    call: (watched: WatchedCall) => Promise<Answer>,
  ): Promise<Answer> {
    const giveUp = new AbortController()
    let outage: Outage | undefined
    let isCommitted = false
    const slow = setTimeout(async () => {
      const found = await this.outage(since)
      if (found === undefined || isCommitted) return
      outage = found
      giveUp.abort()
    }, slowMs)
    const onSent = () => {
      if (!irrevocable) return
      isCommitted = true
      clearTimeout(slow)
    }
    try {
      return await call({ signal: giveUp.signal, onSent })
    } catch (error) {
      throw outage !== undefined && isCancelled(error) ? new ApiDown(outage) : error
    } finally {
      isCommitted = true
      clearTimeout(slow)
    }
  }

  #hasAnswered(since: Since): boolean {
    return this.#api.answers > since
  }

  /**
   * A failure is no evidence if somebody had an answer meanwhile. A login that began later, and
   * shares the request, could not know of that answer.
   */
  async #ask(): Promise<FailedCheck | undefined> {
    const { onCheck } = this.#options
    const [answers, began] = [this.#api.answers, performance.now()]
    try {
      onCheck({ kind: 'answered', answer: await this.#api.check() })
    } catch (error) {
      onCheck({ kind: 'failed', error })
      if (!this.#hasAnswered(answers) && isEvidence(error)) {
        if (this.#failing?.answers !== answers) this.#failing = { since: began, answers }
        const evidence = `check failed: ${error.reason}: ${error.message}`
        return { evidence, failingSince: this.#failing.since }
      }
    }
    this.#failing = undefined
    return undefined
  }
}

/** Wrong keys or a wrong clock mean that the API is there; `overload` says nothing about it. */
function isEvidence(error: unknown): error is AuthApiUnavailable {
  return error instanceof AuthApiUnavailable && error.reason !== 'overload'
}

function isCancelled(error: unknown): boolean {
  return error instanceof AuthApiUnavailable && error.reason === 'cancelled'
}
