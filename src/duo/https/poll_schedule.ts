/** A sign-in that waits for its user, and what its polls have shown so far. */
export class PendingSignIn<Answer> {
  readonly txid: string
  readonly began: number
  /** When the wait ends without an answer. */
  readonly until: number
  readonly settled: (outcome: Answer | Error) => void
  /** Failed polls since the last answered one. */
  failures = 0
  refusals = 0
  polls = 0
  isOver = false

  constructor(
    txid: string,
    { began, until }: { readonly began: number; readonly until: number },
    settled: (outcome: Answer | Error) => void,
  ) {
    this.txid = txid
    this.began = began
    this.until = until
    this.settled = settled
  }
}

/** What a poll that brought no final answer has shown. */
export type Unsettled =
  /** The API answered that it still waits. */
  | { readonly kind: 'waiting' }
  /** Ended here to let another sign-in have the connection. */
  | { readonly kind: 'cut' }
  /** HTTP 429. */
  | { readonly kind: 'too_many'; readonly retryMs: number }
  /** No answer, or HTTP 5xx. */
  | { readonly kind: 'failed' }

/** Polls per second while they find no results; a poll takes about 0.1 ms of CPU. */
export const quietRate = 200
/** Polls per second at most. */
export const maxRate = 1_500
/** Polls per second if each found a result; in proportion if fewer do. */
const ratePerYield = 3_000
/** Over how many polls the yield is averaged. */
const yieldWindow = 100
const minRate = 5
/** Polls per second while the API answers none of them, so that it can come back. */
const failingRate = 10
/** Consecutive failures that slow all polls down. */
const failingAfter = 8
const bucketMs = 50
const maxPauseMs = 32_000
/** Most users answer within this time, so younger sign-ins may be polled more often. */
const usualMs = 20_000

/**
 * Decides which sign-in is polled next, and when.
 *
 * The first poll is due at once, because many sign-ins end without their user. Later ones are due again some
 * time after each poll, and then take turns. Their rate follows how many of them find a result: while nobody
 * answers, polling costs next to nothing, and while many answer, results arrive sooner. HTTP 429 halves the
 * highest rate, which then recovers slowly.
 */
export class PollSchedule<Answer> {
  readonly #pending = new Set<PendingSignIn<Answer>>()
  /** By the number of their 50 ms; they are due at its end. */
  readonly #buckets = new Map<number, PendingSignIn<Answer>[]>()
  readonly #fresh = new Fifo<PendingSignIn<Answer>>()
  readonly #due = new Fifo<PendingSignIn<Answer>>()
  #bucket: number
  #limit = maxRate
  /** The part of the latest polls that brought a result; without first polls, which rarely do. */
  #yield = 0
  #tokens = 1
  #filledAt: number
  #pausedUntil = Number.NEGATIVE_INFINITY
  #slowedAt = Number.NEGATIVE_INFINITY
  #failures = 0

  constructor(now: number) {
    this.#bucket = Math.floor(now / bucketMs)
    this.#filledAt = now
  }

  get size(): number {
    return this.#pending.size
  }

  /** Polls per second at present. */
  get rate(): number {
    if (this.isFailing) return Math.min(failingRate, this.#limit)
    return Math.min(this.#limit, Math.max(quietRate, this.#yield * ratePerYield))
  }

  /** Whether the API answers no polls at present. */
  get isFailing(): boolean {
    return this.#failures >= failingAfter
  }

  /** Whether a poll is due, regardless of the rate. */
  hasDue(now: number): boolean {
    this.#advance(now)
    const ended = ({ isOver }: PendingSignIn<Answer>) => isOver
    return this.#fresh.skip(ended).size + this.#due.skip(ended).size > 0
  }

  add(signIn: PendingSignIn<Answer>): void {
    this.#pending.add(signIn)
    this.#fresh.push(signIn)
  }

  remove(signIn: PendingSignIn<Answer>): void {
    signIn.isOver = true
    this.#pending.delete(signIn)
  }

  /** Those whose time is over. */
  overdue(now: number): PendingSignIn<Answer>[] {
    return [...this.#pending].filter(({ until }) => until <= now)
  }

  unfinished(): PendingSignIn<Answer>[] {
    return [...this.#pending]
  }

  /** @returns The sign-in to poll now, if one is due and the rate allows a poll. */
  next(now: number): PendingSignIn<Answer> | undefined {
    this.#advance(now)
    if (now < this.#pausedUntil) return undefined
    // as many first polls as sign-ins, which the API can bear if it bears those
    const isFree = this.#limit === maxRate && !this.isFailing
    return this.#take(this.#fresh, isFree ? 0 : 1) ?? this.#take(this.#due, 1)
  }

  /** Plans the next poll of a sign-in. */
  unsettled(signIn: PendingSignIn<Answer>, shown: Unsettled, now: number): void {
    if (signIn.isOver) return
    switch (shown.kind) {
      case 'waiting':
        this.answered()
        signIn.failures = 0
        this.#count(signIn, { isResult: false })
        return this.#plan(signIn, now + this.#spacingMs(signIn, now))
      case 'cut':
        this.#count(signIn, { isResult: false })
        return this.#plan(signIn, now + this.#spacingMs(signIn, now))
      case 'too_many':
        this.answered()
        this.#slowDown(shown.retryMs, now)
        return this.#plan(signIn, now + this.#spacingMs(signIn, now))
      case 'failed':
        this.#failures++
        return this.#plan(signIn, now + Math.min(4_000, 250 * 2 ** signIn.failures++))
    }
  }

  /** A poll has brought the result. */
  settled(signIn: PendingSignIn<Answer>): void {
    this.answered()
    this.#count(signIn, { isResult: true })
    this.remove(signIn)
  }

  /** The API has answered a poll. */
  answered(): void {
    this.#failures = 0
  }

  #spacingMs({ began }: PendingSignIn<Answer>, now: number): number {
    const ageMs = now - began
    return ageMs < usualMs ? 300 : ageMs < 2 * usualMs ? 600 : 1_200
  }

  #count({ polls }: PendingSignIn<Answer>, { isResult }: { readonly isResult: boolean }): void {
    if (polls > 1) this.#yield += (Number(isResult) - this.#yield) / yieldWindow
  }

  #take(queue: Fifo<PendingSignIn<Answer>>, tokens: 0 | 1): PendingSignIn<Answer> | undefined {
    if (this.#tokens < tokens) return undefined
    for (let found = queue.shift(); found !== undefined; found = queue.shift()) {
      if (found.isOver) continue
      this.#tokens -= tokens
      found.polls++
      return found
    }
    return undefined
  }

  #slowDown(retryMs: number, now: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(retryMs, maxPauseMs))
    // several polls in flight may be refused for the same reason
    if (now - this.#slowedAt < 1_000) return
    this.#slowedAt = now
    this.#limit = Math.max(minRate, this.rate / 2)
  }

  #plan(signIn: PendingSignIn<Answer>, dueAt: number): void {
    const bucket = Math.max(this.#bucket + 1, Math.ceil(dueAt / bucketMs))
    const planned = this.#buckets.get(bucket)
    if (planned === undefined) this.#buckets.set(bucket, [signIn])
    else planned.push(signIn)
  }

  #advance(now: number): void {
    const secs = (now - this.#filledAt) / 1_000
    if (secs > 0) {
      this.#filledAt = now
      if (now - this.#slowedAt > 5_000) this.#limit = Math.min(maxRate, this.#limit * 1.05 ** secs)
      this.#tokens = Math.min(Math.max(1, this.rate / 20), this.#tokens + secs * this.rate)
    }
    const bucket = Math.floor(now / bucketMs)
    // after a long stall there are fewer buckets than intervals
    if (bucket - this.#bucket > this.#buckets.size + 100) this.#advanceSparse(bucket)
    for (; this.#bucket < bucket; this.#bucket++) this.#release(this.#bucket + 1)
  }

  #advanceSparse(bucket: number): void {
    const passed = [...this.#buckets.keys()].filter((each) => each <= bucket)
    for (const each of passed.sort((a, b) => a - b)) this.#release(each)
    this.#bucket = bucket
  }

  #release(bucket: number): void {
    for (const signIn of this.#buckets.get(bucket) ?? []) {
      if (!signIn.isOver) this.#due.push(signIn)
    }
    this.#buckets.delete(bucket)
  }
}

/** A queue whose `shift` does not move the other entries. */
class Fifo<Entry> {
  #entries: Entry[] = []
  #next = 0

  get size(): number {
    return this.#entries.length - this.#next
  }

  push(entry: Entry): void {
    this.#entries.push(entry)
  }

  /** Removes the first entries as long as they match. */
  skip(matches: (entry: Entry) => boolean): this {
    for (let first = this.#entries[this.#next]; first !== undefined && matches(first); ) {
      this.shift()
      first = this.#entries[this.#next]
    }
    return this
  }

  shift(): Entry | undefined {
    if (this.size === 0) return undefined
    const entry = this.#entries[this.#next++]
    if (this.#next > 1_024) {
      this.#entries = this.#entries.slice(this.#next)
      this.#next = 0
    }
    return entry
  }
}
