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

/** Polls per second at most; a poll takes about 0.1 ms of CPU. */
const maxRate = 500
const minRate = 5
/** Polls per second while the API answers none of them, so that it can come back. */
const failingRate = 10
/** Consecutive failures that slow all polls down. */
const failingAfter = 8
const bucketMs = 50
const maxPauseMs = 32_000
/** Most users answer within this time, so younger sign-ins are polled more often. */
const usualMs = 20_000

/**
 * Decides which sign-in is polled next, and when.
 *
 * The first poll is due at once, because many sign-ins end without their user. Later polls are spaced by
 * the age of the sign-in and by how many wait, so that the rate of all polls together has a limit. HTTP 429
 * halves that limit, which then recovers slowly.
 */
export class PollSchedule<Answer> {
  readonly #pending = new Set<PendingSignIn<Answer>>()
  /** By the number of their 50 ms; they are due at its end. */
  readonly #buckets = new Map<number, PendingSignIn<Answer>[]>()
  readonly #fresh = new Fifo<PendingSignIn<Answer>>()
  readonly #due = new Fifo<PendingSignIn<Answer>>()
  #bucket: number
  #rate = maxRate
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
    return this.isFailing ? Math.min(failingRate, this.#rate) : this.#rate
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
    if (now < this.#pausedUntil || this.#tokens < 1) return undefined
    for (const queue of [this.#fresh, this.#due]) {
      for (let found = queue.shift(); found !== undefined; found = queue.shift()) {
        if (found.isOver) continue
        this.#tokens--
        return found
      }
    }
    return undefined
  }

  /** Plans the next poll of a sign-in. */
  unsettled(signIn: PendingSignIn<Answer>, shown: Unsettled, now: number): void {
    if (signIn.isOver) return
    switch (shown.kind) {
      case 'waiting':
        this.answered()
        signIn.failures = 0
        return this.#plan(signIn, now + this.#spacingMs(signIn, now))
      case 'cut':
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

  /** The API has answered a poll. */
  answered(): void {
    this.#failures = 0
  }

  #spacingMs({ began }: PendingSignIn<Answer>, now: number): number {
    const ageMs = now - began
    const unloadedMs = ageMs < usualMs ? 300 : ageMs < 2 * usualMs ? 600 : 1_200
    const share = ageMs < usualMs ? 0.75 : 1.5
    return Math.max(unloadedMs, (this.#pending.size / this.rate) * 1_000 * share)
  }

  #slowDown(retryMs: number, now: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(retryMs, maxPauseMs))
    // several polls in flight may be refused for the same reason
    if (now - this.#slowedAt < 1_000) return
    this.#slowedAt = now
    this.#rate = Math.max(minRate, this.#rate / 2)
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
      if (now - this.#slowedAt > 5_000) this.#rate = Math.min(maxRate, this.#rate * 1.05 ** secs)
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
