const prefixLength = 4

/** Finds many words in a text in one pass: by their first four characters, then by the rest. */
export class TextSearch {
  readonly #byPrefix = new Map<string, string[]>()

  /** @param words Each has at least four characters. */
  constructor(words: Iterable<string>) {
    for (const word of new Set(words)) {
      const prefix = word.slice(0, prefixLength)
      const same = this.#byPrefix.get(prefix)
      if (same === undefined) this.#byPrefix.set(prefix, [word])
      else same.push(word)
    }
  }

  isIn(text: string): boolean {
    for (let at = 0; at <= text.length - prefixLength; at++) {
      if (this.#lengthAt(text, at) > 0) return true
    }
    return false
  }

  /** Replaces each stretch that words cover; words that overlap are one stretch. */
  replaceIn(text: string, replacement: string): string {
    let result = ''
    let copied = 0
    let coveredTo = 0
    for (let at = 0; at <= text.length - prefixLength; at++) {
      const length = this.#lengthAt(text, at)
      if (length === 0) continue
      if (at >= coveredTo) {
        result += text.slice(copied, at) + replacement
      }
      coveredTo = Math.max(coveredTo, at + length)
      copied = coveredTo
    }
    return result + text.slice(copied)
  }

  /** Length of the longest word that begins at a place; 0 if none does. */
  #lengthAt(text: string, at: number): number {
    const words = this.#byPrefix.get(text.slice(at, at + prefixLength))
    if (words === undefined) return 0
    return Math.max(0, ...words.map((word) => (text.startsWith(word, at) ? word.length : 0)))
  }
}
