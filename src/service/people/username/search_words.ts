/** So that an index entry is not too long for PostgreSQL. */
const maxWordLength = 255

/**
 * The words by which administrators find a user: each name and address as a whole, and its parts, in
 * lower case.
 */
export function searchWords(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => {
    const folded = foldSearch(text)
    return [folded, ...folded.split(/[^\p{L}\p{M}\p{N}]+/u)]
  })
  return [...new Set(words.map((word) => word.slice(0, maxWordLength).toWellFormed()))].filter(
    (word) => word !== '',
  )
}

/** What a search is for, word by word. */
export function searchTerms(search: string): string[] {
  return foldSearch(search)
    .split(/\s+/u)
    .filter((term) => term !== '')
}

function foldSearch(text: string): string {
  // PostgreSQL rejects NUL in text with an error
  return text.trim().normalize('NFC').toLowerCase().replaceAll('\0', '').toWellFormed()
}
