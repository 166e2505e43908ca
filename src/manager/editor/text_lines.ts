/** A line of a text with its place; `to` is before the line end. */
export interface TextLine {
  /** Counted from 1. */
  readonly number: number
  readonly from: number
  readonly to: number
  readonly text: string
}

/** The lines of a text, as the parser counts them: `\n`, `\r\n` and `\r` end one. */
export function listLines(text: string): TextLine[] {
  const lines: TextLine[] = []
  let from = 0
  for (const found of text.matchAll(/\r\n|\n|\r|$/g)) {
    const to = found.index
    lines.push({ number: lines.length + 1, from, to, text: text.slice(from, to) })
    from = to + found[0].length
  }
  return lines
}

/** A replacement in a text. */
export interface TextChange {
  readonly from: number
  readonly to: number
  readonly insert: string
}

/** Applies changes that do not overlap. */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  return changes
    .toSorted((one, other) => other.from - one.from)
    .reduce(
      (result, { from, to, insert }) => result.slice(0, from) + insert + result.slice(to),
      text,
    )
}
