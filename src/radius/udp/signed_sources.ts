/** Addresses remembered; beyond them the oldest is forgotten, which only costs it its protection. */
const mostSources = 65_536

/**
 * The source addresses that have sent a genuine Message-Authenticator: from then on `auto` requires
 * one from them, so that nobody on the way can strip it (CVE-2024-3596). There is no way back but a
 * restart.
 */
export class SignedSources {
  readonly #addresses = new Set<string>()

  has(address: string): boolean {
    return this.#addresses.has(address)
  }

  add(address: string): void {
    if (this.#addresses.has(address)) return
    if (this.#addresses.size >= mostSources) {
      for (const oldest of this.#addresses) {
        this.#addresses.delete(oldest)
        break
      }
    }
    this.#addresses.add(address)
  }
}
