/** Datagrams from one address that were dropped for one reason. */
export interface DropSource {
  readonly address: string
  /** A `DropReason`. */
  readonly reason: string
  /** Name of the client entry that covers the address; `undefined` if none does. */
  readonly client: string | undefined
  readonly count: number
  /** The last one, in milliseconds since 1970. */
  readonly lastAt: number
}

/** A flood with spoofed addresses evicts the oldest. */
const maxSources = 64
/** A source that was silent for this long is news again. */
const silentMs = 10_000

/** From where datagrams were dropped lately, so that an administrator sees which client is not allowed. */
export class DropSources {
  readonly #sources = new Map<string, DropSource>()
  #news = 0

  add(reason: string, address: string, client: string | undefined, now: number): void {
    const key = `${reason} ${address}`
    const known = this.#sources.get(key)
    if (known === undefined || now - known.lastAt > silentMs) this.#news++
    // re-inserting keeps the most recent last
    this.#sources.delete(key)
    this.#sources.set(key, { address, reason, client, count: (known?.count ?? 0) + 1, lastAt: now })
    if (this.#sources.size <= maxSources) return
    for (const oldest of this.#sources.keys()) {
      this.#sources.delete(oldest)
      return
    }
  }

  /** Replaces everything by what several processes have counted. */
  replace(
    counted: readonly { readonly recent: readonly DropSource[]; readonly news: number }[],
  ): void {
    this.#sources.clear()
    this.#news = counted.reduce((sum, { news }) => sum + news, 0)
    const all = counted.flatMap(({ recent }) => recent)
    for (const source of all.toSorted((one, other) => one.lastAt - other.lastAt)) {
      const key = `${source.reason} ${source.address}`
      const count = source.count + (this.#sources.get(key)?.count ?? 0)
      this.#sources.delete(key)
      this.#sources.set(key, { ...source, count })
    }
  }

  /** The most recent first. */
  get recent(): readonly DropSource[] {
    return [...this.#sources.values()].reverse()
  }

  /** Grows when a source appears, or speaks again after a silence. */
  get news(): number {
    return this.#news
  }
}
