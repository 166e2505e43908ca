import { styleText } from 'node:util'

type Cell = string | number | null

/** Rows as a table for people, with a line that helps where there are none. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  empty: string,
): string {
  if (rows.length === 0) return `${empty}\n`
  const texts = rows.map((row) =>
    row.map((cell) => (cell === null || cell === '' ? '-' : String(cell))),
  )
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...texts.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return `${styleText('bold', line(heads))}\n${texts.map((row) => `${line(row)}\n`).join('')}`
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** A moment for people, in the local time zone to the second. */
export function moment(milliseconds: number | null): string {
  if (milliseconds === null) return ''
  return new Date(milliseconds).toLocaleString('sv-SE')
}

/** A moment for scripts: seconds since 1970, as the Admin API has it. */
export function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.floor(milliseconds / 1000)
}

/** The known word that begins like the one typed, or differs from it in one letter. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
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
