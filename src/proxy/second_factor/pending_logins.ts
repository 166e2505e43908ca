export const maxPendingPerUser = 32

/**
 * Limits the pending logins per user, so that a burst of guesses for one user can't fill the queue that
 * all users share.
 */
export class PendingLogins {
  readonly #pending = new Map<string, number>()

  /** @returns Whether the login may proceed; if so, `leave` must follow. */
  enter(user: string): boolean {
    const pending = this.#pending.get(user) ?? 0
    if (pending >= maxPendingPerUser) return false
    this.#pending.set(user, pending + 1)
    return true
  }

  leave(user: string): void {
    const pending = this.#pending.get(user) ?? 0
    if (pending <= 1) this.#pending.delete(user)
    else this.#pending.set(user, pending - 1)
  }
}
