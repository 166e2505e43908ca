import type { OathKey } from './oath_code.ts'

/** About 300 bytes each. */
const maxKeys = 20_000

/**
 * Keys of tokens that have signed in, by what they were sealed as: opening and decoding a secret takes longer
 * than checking a passcode. A token with a new secret has a new sealed text.
 */
export class KeyCache {
  readonly #keys = new Map<string, OathKey>()

  /** @param open Called once for each sealed text. */
  find(sealed: string, open: () => OathKey): OathKey {
    const known = this.#keys.get(sealed)
    if (known !== undefined) return known
    const key = open()
    const [oldest] = this.#keys.keys()
    if (oldest !== undefined && this.#keys.size >= maxKeys) this.#keys.delete(oldest)
    this.#keys.set(sealed, key)
    return key
  }
}
