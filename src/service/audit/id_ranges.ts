/** Writes ids in ascending order as in `7-9,12`. */
export function writeIds(ids: readonly number[]): string {
  const ranges: { first: number; last: number }[] = []
  for (const id of ids) {
    const range = ranges.at(-1)
    if (range !== undefined && id === range.last + 1) range.last = id
    else ranges.push({ first: id, last: id })
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join()
}

/**
 * Reads what `writeIds` wrote.
 *
 * @param max The most ids that are expected.
 * @returns `undefined` for other text, or for more ids.
 */
export function readIds(text: string, max: number): number[] | undefined {
  const ids: number[] = []
  for (const range of text.split(',')) {
    const match = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(range)
    if (match === null) return undefined
    const [, first, last = first] = match
    for (let id = Number(first); id <= Number(last); id++) {
      if (ids.length === max) return undefined
      ids.push(id)
    }
  }
  return ids
}
