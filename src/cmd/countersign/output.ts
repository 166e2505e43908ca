import { styleText } from 'node:util'

export type Cell = string | number | null

/** Rows as a table for people, with a line that helps where there are none. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  empty: string,
): string {
  if (rows.length === 0) return `${empty}\n`
  const line = columns(heads, rows)
  return `${styleText('bold', line(heads))}\n${rows.map((row) => `${line(row)}\n`).join('')}`
}

/** Aligns further rows with those given. */
export function columns(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
): (row: readonly Cell[]) => string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => cellText(row[column] ?? null).length)),
  )
  return (row) =>
    row
      .map((cell, column) => cellText(cell).padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
}

function cellText(cell: Cell): string {
  return cell === null || cell === '' ? '-' : String(cell)
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** Prints what a verb has done: for scripts or for people. */
export function show(asJson: boolean, value: unknown, text: string): void {
  process.stdout.write(asJson ? json(value) : `${text}\n`)
}

/** A moment for people, in the local time zone to the second. */
export function moment(milliseconds: number | null): string {
  if (milliseconds === null) return ''
  return new Date(milliseconds).toLocaleString('sv-SE')
}

/** A moment for scripts: ISO 8601 in UTC, `2026-11-28T20:09:37.000Z`. */
export function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}

/** The known word that begins like the one typed, or differs from it in one letter. */
export function suggestWord(word: string, known: readonly string[]): string | undefined {
  const typed = word.toLowerCase()
  return known.find((candidate) => {
    const name = candidate.toLowerCase()
    if (name.startsWith(typed) || typed.startsWith(name)) return true
    return (
      name.length === typed.length &&
      [...name].filter((letter, at) => letter !== typed[at]).length === 1
    )
  })
}
