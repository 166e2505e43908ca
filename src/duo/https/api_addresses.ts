import { lookup } from 'node:dns/promises'

/** Resolves a name to its addresses, in the order in which to try them. */
export type ResolveName = (host: string) => Promise<readonly string[]>

/** A name with more addresses is not one of a few nodes. */
const maxAddresses = 16
const maxAgeMs = 10_000

/** Asks the resolver of the machine, which also reads its `hosts` file. */
export async function resolveName(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}

/**
 * The addresses of the API's name. They are resolved again after ten seconds of use and after a failure;
 * while the resolver does not answer, the last ones stay in use.
 */
export class ApiAddresses {
  readonly #host: string
  readonly #resolve: ResolveName
  #found: readonly string[] = []
  #foundAt = Number.NEGATIVE_INFINITY
  #resolving: Promise<readonly string[]> | undefined

  constructor(host: string, resolve: ResolveName) {
    this.#host = host
    this.#resolve = resolve
  }

  get isStale(): boolean {
    return performance.now() - this.#foundAt > maxAgeMs
  }

  /** Makes the next use resolve the name again. */
  distrust(): void {
    this.#foundAt = Number.NEGATIVE_INFINITY
  }

  /** @throws The resolver's error if it has never answered. */
  refresh(): Promise<readonly string[]> {
    this.#resolving ??= this.#ask().finally(() => {
      this.#resolving = undefined
    })
    return this.#resolving
  }

  async #ask(): Promise<readonly string[]> {
    try {
      const found = await this.#resolve(this.#host)
      this.#found = [...new Set(found)].slice(0, maxAddresses)
    } catch (error) {
      if (this.#found.length === 0) throw error
    }
    this.#foundAt = performance.now()
    return this.#found
  }
}
