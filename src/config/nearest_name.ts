/** Finds the known name that the writer of `word` most likely meant, if any is close enough. */
export function findNearest(word: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined
  let limit = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    const distance = measureDistance(word, candidate)
    if (distance < limit) {
      limit = distance
      nearest = candidate
    }
  }
  return nearest
}

/** `; did you mean NAME?`, or nothing if no name is close. */
export function suggest(word: string, known: readonly string[]): string {
  const nearest = findNearest(word, known)
  return nearest === undefined ? '' : `; did you mean ${nearest}?`
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function measureDistance(one: string, other: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current.push(
        Math.min(
          (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          isSwapped
            ? (beforePrevious[column - 2] ?? Number.POSITIVE_INFINITY) + 1
            : Number.POSITIVE_INFINITY,
        ),
      )
    }
    beforePrevious = previous
    previous = current
  }
  return previous[other.length] ?? 0
}
