import type { Log } from '../../host/log.ts'
import type { RetrySchedule } from '../../radius/index.ts'
import type { Login, RequestIdentity } from '../login/login.ts'
import type { Verdict } from '../login/verdict.ts'
import { requestKey } from './pending_requests.ts'
import { SharedOutcome, type Timing } from './shared_outcome.ts'
import type { SignInCounters } from './sign_in_counters.ts'
import { WaitingLogin } from './waiting_login.ts'

/** A login whose client may retry it with new packets. */
export interface RetriableLogin {
  readonly login: Pick<Login, 'label' | 'request'>
  /** Equal for logins that ask for the same: application, client, user and word. */
  readonly asked: string
  readonly schedule: RetrySchedule
  /** When its request arrived. */
  readonly arrivedMs: number
  /** Whether the word is `sms`: the first request has sent passcodes, so its rejection answers the retries too. */
  readonly isSms: boolean
  /** `release` ends its wait. */
  readonly owner: object
  readonly counters: SignInCounters
  readonly log: Log
}

const systemTiming: Timing = {
  now: () => performance.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds).unref()
    return () => clearTimeout(timer)
  },
}

/** A request that waits, and the outcome it waits for. */
interface Waiting {
  readonly retriable: RetriableLogin
  readonly outcome: SharedOutcome
  /** When it was last transmitted. */
  seenMs: number
}

/**
 * Joins the retries of a RADIUS client to the login whose push or call waits, for an API that does not join
 * sign-ins itself. It knows the requests of this process only. docs/workspaces.md explains the rules.
 */
export class RetriedLogins {
  readonly #timing: Timing
  /** By what they ask for. */
  readonly #logins = new Map<string, Set<SharedOutcome>>()
  readonly #waiting = new Map<string, Waiting>()

  constructor(timing = systemTiming) {
    this.#timing = timing
  }

  /** The time that `arrivedMs` counts in. */
  now(): number {
    return this.#timing.now()
  }

  /** Whether a login that asks for the same waits, or has had passcodes sent by SMS. */
  isWaiting(asked: string): boolean {
    return this.#logins.has(asked)
  }

  /**
   * Decides a login, together with an earlier one if it is due there as a retry.
   *
   * @param ask Asks the API; called for each login, and again for requests that competed for one retry.
   */
  async decide(retriable: RetriableLogin, ask: () => Promise<Verdict>): Promise<Verdict> {
    const { login, log, counters, asked, arrivedMs } = retriable
    const requestId = requestKey(login.request)
    const same = this.#waiting.get(requestId)
    if (same !== undefined) return this.#joinSame(same, retriable, ask)
    const due = [...(this.#logins.get(asked) ?? [])].filter((one) => one.login.isDue(arrivedMs))
    const [only, ...others] = due
    if (only === undefined || others.length > 0) {
      // it could belong to any of several logins, and competes in each of them
      for (const one of due) {
        const separated = one.login.compete(arrivedMs)
        if (separated.length > 0) warnOfCompetition(retriable)
        one.separate(separated)
      }
      return this.#open(retriable, ask)
    }
    const arrival = only.login.arrive(requestId, arrivedMs)
    if (arrival.kind === 'joined') {
      counters.joinedRetries++
      log.info(`${login.label}: a retry joined its login`, { attempt: arrival.attempt })
      return only.rejection ?? this.#wait(only, retriable, ask)
    }
    if (arrival.kind !== 'another login') {
      if (arrival.kind === 'competes') warnOfCompetition(retriable)
      else warnOfSchedule(retriable)
      only.separate(arrival.separated)
    }
    return this.#open(retriable, ask)
  }

  /** The request of a login in progress arrived again. */
  retransmitted(request: RequestIdentity): void {
    const requestId = requestKey(request)
    const waiting = this.#waiting.get(requestId)
    if (waiting === undefined) return
    const { outcome, retriable } = waiting
    waiting.seenMs = this.now()
    const separated = outcome.login.retransmitted(requestId, waiting.seenMs)
    if (separated.length > 0) warnOfCompetition(retriable)
    outcome.separate(separated)
  }

  /** Rejects the logins of an owner that wait, because it closes. */
  release(owner: object): void {
    for (const { outcome } of [...this.#waiting.values()]) outcome.release(owner)
  }

  /** The same packet from another port of its client. */
  #joinSame(
    same: Waiting,
    retriable: RetriableLogin,
    ask: () => Promise<Verdict>,
  ): Promise<Verdict> {
    const { login, asked, counters } = retriable
    if (same.retriable.asked !== asked) return ask()
    this.retransmitted(login.request)
    if (!same.outcome.isAwaitedBy(requestKey(login.request))) return ask()
    counters.joinedRetransmissions++
    return this.#wait(same.outcome, retriable, ask)
  }

  /** Asks the API, and lets retries join meanwhile. */
  #open(retriable: RetriableLogin, ask: () => Promise<Verdict>): Promise<Verdict> {
    const { login, schedule, arrivedMs, asked, isSms, counters, log } = retriable
    const alike = this.#logins.get(asked) ?? new Set()
    const forget = () => {
      alike.delete(outcome)
      if (alike.size === 0 && this.#logins.get(asked) === alike) this.#logins.delete(asked)
    }
    const opened = new WaitingLogin(requestKey(login.request), schedule, arrivedMs)
    const outcome = new SharedOutcome(opened, this.#timing, {
      held: (milliseconds) => {
        log.debug(`${login.label}: approved; its reply waits for a retry`, { milliseconds })
      },
      unclaimed: () => {
        counters.unclaimedApprovals++
        log.info(`${login.label}: approved, but no request of this login was waiting any more`)
      },
      ended: () => {
        if (!isSms || outcome.rejection === undefined) forget()
        else this.#timing.after(Math.max(1, opened.ends - this.now()), forget)
      },
    })
    this.#logins.set(asked, alike.add(outcome))
    const verdict = this.#wait(outcome, retriable, ask)
    ask().then(
      (answer) => outcome.decided(answer),
      (error: unknown) => outcome.failed(error),
    )
    return verdict
  }

  async #wait(
    outcome: SharedOutcome,
    retriable: RetriableLogin,
    ask: () => Promise<Verdict>,
  ): Promise<Verdict> {
    const requestId = requestKey(retriable.login.request)
    const waiting = { retriable, outcome, seenMs: retriable.arrivedMs }
    this.#waiting.set(requestId, waiting)
    const share = await outcome.wait(requestId, retriable.owner).finally(() => {
      if (this.#waiting.get(requestId) === waiting) this.#waiting.delete(requestId)
    })
    if (share.kind === 'verdict') return share.verdict
    return this.#open({ ...retriable, arrivedMs: waiting.seenMs }, ask)
  }
}

function warnOfCompetition({ login, counters, log }: RetriableLogin): void {
  counters.competingRetries++
  log.warn(
    `${login.label}: two requests competed for one retry of a login; each asks for its own push`,
  )
}

function warnOfSchedule({ login, counters, log }: RetriableLogin): void {
  counters.competingRetries++
  log.warn(
    `${login.label}: a request came when its client should ask another server; compare retry_timeout and retry_servers with its settings`,
  )
}
