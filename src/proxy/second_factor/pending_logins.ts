const maxPending = 32
/** Every worker accepts this many sign-ins of a user at once. */
const minShare = 4

/** The limit of each worker: the sign-ins of a user are spread over all of them. */
export function maxPendingPerUser(workers: number): number {
  return Math.max(minShare, Math.ceil(maxPending / workers))
}

/**
 * Limits the pending logins per user, so that a burst of guesses for one user can't fill the queue that
 * all users share.
 */
export class PendingLogins {
  readonly #max: number
  readonly #pending = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** @returns Whether the login may proceed; if so, `leave` must follow. */
  enter(user: string): boolean {
    const pending = this.#pending.get(user) ?? 0
    if (pending >= this.#max) return false
    this.#pending.set(user, pending + 1)
    return true
  }

  leave(user: string): void {
    const pending = this.#pending.get(user) ?? 0
    if (pending <= 1) this.#pending.delete(user)
    else this.#pending.set(user, pending - 1)
  }
}
