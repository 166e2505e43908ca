/** What becomes of a token in a file whose serial is in the directory already. */
export type OnDuplicate = 'refuse' | 'replace' | 'skip'

export interface ImportOptions {
  readonly onDuplicate: OnDuplicate
  /** Told from time to time how many are done. */
  readonly progress?: ((done: number) => void) | undefined
}

/** The serials of an import, by what became of them. */
export interface Imported {
  readonly added: readonly string[]
  readonly replaced: readonly string[]
  readonly skipped: readonly string[]
}

/** Rows in one statement: well below the number of values that either database takes. */
const portion = 500

/** A long list in portions for one statement each. */
export function* portions<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += portion) {
    yield items.slice(start, start + portion)
  }
}

/** Some serials for a message, and how many there are more. */
export function someOf(serials: readonly string[]): string {
  const shown = serials.slice(0, 5).join(', ')
  return serials.length > 5 ? `${shown} and ${serials.length - 5} more` : shown
}
