import type { Cancellation } from '../../host/cancellation.ts'
import { type AuthAnswer, AuthApiUnavailable } from '../index.ts'
import { cancelled } from './call_queue.ts'
import { PendingSignIn, PollSchedule, quietRate, type Unsettled } from './poll_schedule.ts'

/** The reply to one `auth_status`. */
export type StatusReply =
  | { readonly kind: 'final'; readonly answer: AuthAnswer }
  /** HTTP 4xx except 429. */
  | { readonly kind: 'refused'; readonly problem: string }
  | (Exclude<Unsettled, { readonly kind: 'cut' | 'failed' }> & { readonly problem?: never })
  | { readonly kind: 'failed'; readonly problem: string }

export interface StatusPollsOptions {
  /** Sends one `auth_status`. Must not reject. */
  readonly ask: (txid: string, signal: AbortSignal) => Promise<StatusReply>
  /** Polls in flight at once; each holds a connection. */
  readonly maxPolls: number
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number
}

const tickMs = 50
/**
 * Polls in flight that the server does not hold (yet). A busy server that answers slowly is so polled less
 * often, which leaves it time for new sign-ins.
 */
const maxYoung = 48
/** How often sign-ins whose time is over are looked for. */
const sweepMs = 250
/**
 * A poll in flight for this long is held by the server, and may be ended for another sign-in: several times
 * as long as first polls take, which servers answer at once.
 */
const heldMs = { min: 100, max: 1_000, perFirstPoll: 4 } as const
/** Held polls that may be ended per second, by the rate of polls; each costs a TLS handshake. */
const cuts = { min: 20, max: 300, perPoll: 0.2 } as const
/** Consecutive refusals of one sign-in's polls that end its wait. */
const maxRefusals = 3

interface Poll {
  readonly began: number
  readonly aborter: AbortController
}

/**
 * Polls the results of sign-ins that wait for their users, many on a few connections.
 *
 * Servers may answer `auth_status` at once or hold it until the status changes. While there are no more
 * sign-ins than connections, each has a held poll, and its result arrives without delay. Beyond that, the
 * longest-held poll is ended when another sign-in is due.
 *
 * A poll that fails says nothing about the sign-in, so it is repeated until the wait is over.
 */
export class StatusPolls {
  readonly #options: StatusPollsOptions
  readonly #schedule: PollSchedule<AuthAnswer>
  /** In the order in which they began. */
  readonly #polls = new Map<PendingSignIn<AuthAnswer>, Poll>()
  #timer: NodeJS.Timeout | undefined
  /** Polls that the server holds, as of the last tick. */
  #held = 0
  /** How long first polls take on average. */
  #firstMs: number = heldMs.max
  #sweptAt = Number.NEGATIVE_INFINITY
  #cuts = 0
  #cutsSince = Number.NEGATIVE_INFINITY
  #problem = ''
  #isClosed = false

  constructor(options: StatusPollsOptions) {
    this.#options = options
    this.#schedule = new PollSchedule(options.now())
  }

  /** Sign-ins that wait. */
  get size(): number {
    return this.#schedule.size
  }

  /**
   * Waits for the result of a sign-in.
   *
   * @param signal Ends the wait.
   * @throws {AuthApiUnavailable} if there is none within the limit. `mayHaveBeenReceived` is always true: the
   *   user may still approve.
   */
  async result(
    txid: string,
    limitMs: number,
    signal: Cancellation | undefined,
  ): Promise<AuthAnswer> {
    if (this.#isClosed || signal?.aborted) throw cancelled(received)
    const began = this.#options.now()
    const { promise, resolve } = Promise.withResolvers<AuthAnswer | Error>()
    const signIn = new PendingSignIn<AuthAnswer>(txid, { began, until: began + limitMs }, resolve)
    const cancel = () => this.#settle(signIn, cancelled(received))
    signal?.addEventListener('abort', cancel)
    this.#schedule.add(signIn)
    this.#timer ??= setInterval(() => this.tick(), tickMs)
    this.#pump()
    const outcome = await promise
    signal?.removeEventListener('abort', cancel)
    if (outcome instanceof Error) throw outcome
    return outcome
  }

  /** Ends all waits. */
  close(): void {
    this.#isClosed = true
    for (const signIn of this.#schedule.unfinished()) {
      this.#settle(signIn, cancelled(received))
    }
  }

  /** Runs what is due; for the timer, and for tests. */
  tick(): void {
    const now = this.#options.now()
    this.#held = 0
    for (const { began } of this.#polls.values()) {
      if (now - began < this.#heldMs) break
      this.#held++
    }
    if (now - this.#sweptAt >= sweepMs) {
      this.#sweptAt = now
      for (const signIn of this.#schedule.overdue(now)) {
        this.#settle(signIn, noResult(signIn, this.#problem))
      }
    }
    this.#pump()
  }

  #pump(): void {
    const { now, maxPolls } = this.#options
    for (;;) {
      const time = now()
      if (this.#polls.size >= this.#held + maxYoung) return
      if (this.#polls.size >= maxPolls && !(this.#schedule.hasDue(time) && this.#cutOldest(time))) {
        return
      }
      const signIn = this.#schedule.next(time)
      if (signIn === undefined) return
      void this.#poll(signIn)
    }
  }

  async #poll(signIn: PendingSignIn<AuthAnswer>): Promise<void> {
    const { ask, now } = this.#options
    const poll: Poll = { began: now(), aborter: new AbortController() }
    this.#polls.set(signIn, poll)
    const reply = await ask(signIn.txid, poll.aborter.signal)
    // ended meanwhile, here or by its limit
    if (this.#polls.get(signIn) !== poll) return
    this.#polls.delete(signIn)
    if (signIn.polls === 1) {
      this.#firstMs += (Math.min(now() - poll.began, heldMs.max) - this.#firstMs) / 10
    }
    switch (reply.kind) {
      case 'final':
        this.#schedule.settled(signIn)
        this.#settle(signIn, reply.answer)
        break
      case 'refused':
        this.#refused(signIn, reply.problem)
        break
      default:
        if (reply.kind === 'failed') this.#problem = reply.problem
        this.#schedule.unsettled(signIn, reply, now())
    }
    this.#pump()
  }

  /** Another node may not know the sign-in yet, or keys may be changing: only repeated refusals count. */
  #refused(signIn: PendingSignIn<AuthAnswer>, problem: string): void {
    this.#problem = problem
    if (++signIn.refusals < maxRefusals) {
      return this.#schedule.unsettled(signIn, { kind: 'failed' }, this.#options.now())
    }
    const message = `auth_status was refused: ${problem}`
    this.#settle(signIn, new AuthApiUnavailable('malformed', message, received))
  }

  /** @returns Whether a poll was ended. */
  #cutOldest(now: number): boolean {
    for (const [signIn, { began, aborter }] of this.#polls) {
      if (now - began < this.#heldMs || !this.#mayCut(now)) return false
      this.#polls.delete(signIn)
      aborter.abort()
      this.#schedule.unsettled(signIn, { kind: 'cut' }, now)
      return true
    }
    return false
  }

  get #heldMs(): number {
    return Math.max(heldMs.min, Math.min(heldMs.max, this.#firstMs * heldMs.perFirstPoll))
  }

  #mayCut(now: number): boolean {
    if (now - this.#cutsSince >= tickMs) {
      this.#cutsSince = now
      this.#cuts = 0
    }
    const more = (this.#schedule.rate - quietRate) * cuts.perPoll
    const perSec = Math.max(cuts.min, Math.min(cuts.max, more))
    return ++this.#cuts <= (perSec * tickMs) / 1_000
  }

  #settle(signIn: PendingSignIn<AuthAnswer>, outcome: AuthAnswer | Error): void {
    this.#schedule.remove(signIn)
    this.#polls.get(signIn)?.aborter.abort()
    this.#polls.delete(signIn)
    signIn.settled(outcome)
    if (this.#schedule.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

const received = { mayHaveBeenReceived: true } as const

function noResult({ began, until }: PendingSignIn<AuthAnswer>, problem: string): Error {
  const last = problem === '' ? '' : `; the last problem: ${problem}`
  return new AuthApiUnavailable('timeout', `no result within ${until - began} ms${last}`, received)
}
