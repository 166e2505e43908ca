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

/**
 * Evidence on whether an API answers, gathered from all logins and from `check`.
 *
 * An API is down for a login if `check` fails and nobody has had an answer since the login began. A
 * failure of the login's own call is never evidence: a wrong password, a burst of guesses or a name
 * that the API chokes on can cause it.
 */
export class Availability {
  readonly #api: CheckedApi
  readonly #onCheck: (outcome: CheckOutcome) => void
  #probe: Promise<Outage | undefined> | undefined
  #isClosed = false

  /** @param onCheck Receives the outcome of every `check`. */
  constructor(api: CheckedApi, onCheck: (outcome: CheckOutcome) => void) {
    this.#api = api
    this.#onCheck = onCheck
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
   * Asks `check`, unless the API has answered somebody meanwhile. Logins that ask at the same time
   * share one request.
   *
   * @returns `undefined` if the API answers.
   */
  async outage(since: Since): Promise<Outage | undefined> {
    if (this.#hasAnswered(since)) return undefined
    const outage = await this.ping()
    return this.#isClosed || this.#hasAnswered(since) ? undefined : outage
  }

  /** Asks `check`, and keeps its connection open that way. */
  ping(): Promise<Outage | undefined> {
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
  async #ask(): Promise<Outage | undefined> {
    const since = this.now()
    try {
      this.#onCheck({ kind: 'answered', answer: await this.#api.check() })
      return undefined
    } catch (error) {
      this.#onCheck({ kind: 'failed', error })
      if (this.#hasAnswered(since) || !isEvidence(error)) return undefined
      return { evidence: `check failed: ${error.reason}: ${error.message}` }
    }
  }
}

/** Wrong keys or a wrong clock mean that the API is there; `overload` says nothing about it. */
function isEvidence(error: unknown): error is AuthApiUnavailable {
  return error instanceof AuthApiUnavailable && error.reason !== 'overload'
}

function isCancelled(error: unknown): boolean {
  return error instanceof AuthApiUnavailable && error.reason === 'cancelled'
}
