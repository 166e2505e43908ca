/** A line of a comparison. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
  /** Line numbers in the two texts, counted from 1. */
  readonly before: number | undefined
  readonly after: number | undefined
}

/** Above this size, what is between the first and the last difference counts as replaced. */
const maxCells = 4_000_000

/** Compares two texts line by line: the longest common subsequence stays, removed lines come first. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let end = 0
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++
  }
  const old = before.slice(start, before.length - end)
  const fresh = after.slice(start, after.length - end)
  const kept = old.length * fresh.length > maxCells ? [] : matchLines(old, fresh)
  const lines: DiffLine[] = []
  const same = (index: number, other: number): void => {
    const text = before[index] ?? ''
    lines.push({ kind: 'same', text, before: index + 1, after: other + 1 })
  }
  for (let index = 0; index < start; index++) same(index, index)
  let [row, column] = [0, 0]
  for (const [keptRow, keptColumn] of [...kept, [old.length, fresh.length] as const]) {
    for (; row < keptRow; row++) {
      const text = old[row] ?? ''
      lines.push({ kind: 'removed', text, before: start + row + 1, after: undefined })
    }
    for (; column < keptColumn; column++) {
      const text = fresh[column] ?? ''
      lines.push({ kind: 'added', text, before: undefined, after: start + column + 1 })
    }
    if (row < old.length && column < fresh.length) same(start + row++, start + column++)
  }
  for (let index = 0; index < end; index++) {
    same(before.length - end + index, after.length - end + index)
  }
  return lines
}

/** The pairs of the longest common subsequence, as row and column. */
function matchLines(
  old: readonly string[],
  fresh: readonly string[],
): (readonly [number, number])[] {
  const width = fresh.length + 1
  const lengths = new Uint32Array((old.length + 1) * width)
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = fresh.length - 1; column >= 0; column--) {
      const cell = row * width + column
      lengths[cell] =
        old[row] === fresh[column]
          ? (lengths[cell + width + 1] ?? 0) + 1
          : Math.max(lengths[cell + width] ?? 0, lengths[cell + 1] ?? 0)
    }
  }
  const pairs: (readonly [number, number])[] = []
  let [row, column] = [0, 0]
  while (row < old.length && column < fresh.length) {
    if (old[row] === fresh[column]) pairs.push([row++, column++])
    else if ((lengths[(row + 1) * width + column] ?? 0) >= (lengths[row * width + column + 1] ?? 0))
      row++
    else column++
  }
  return pairs
}
