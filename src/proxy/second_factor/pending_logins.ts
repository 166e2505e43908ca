/**
 * Counts the logins in progress of each user and bounds them, so that a burst of guesses for one user
 * can't fill the queue in which everybody else waits too.
 */
export class PendingLogins {
  readonly #max: number
  readonly #pending = new Map<string, number>()

  /** @param max Logins of one user in progress at most. */
  constructor(max: number) {
    this.#max = max
  }

  /** @returns Whether there is room; if so, `leave` must follow. */
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
