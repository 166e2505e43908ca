import { once } from 'node:events'
import { styleText } from 'node:util'

export type Cell = string | number | null

/** Formats rows as a table for people, or returns `empty` if there are none. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  empty: string,
): string {
  if (rows.length === 0) return `${empty}\n`
  const line = columns(heads, rows)
  return `${styleText('bold', line(heads))}\n${rows.map((row) => `${line(row)}\n`).join('')}`
}

/** Entries that a list reads at once. */
export const pageSize = 500

/** How the entries of a list are printed, for people and for scripts. */
export interface ListView<Item> {
  readonly heads: readonly string[]
  readonly row: (item: Item) => readonly Cell[]
  readonly json: (item: Item) => unknown
  /** Printed instead of an empty table. */
  readonly empty: string
}

/**
 * Prints a list page by page, so that a long one is never held as a whole. The columns are as wide as
 * the first page needs.
 */
export async function printPages<Item>(
  pages: AsyncIterable<readonly Item[]>,
  { heads, row, json: toJson, empty }: ListView<Item>,
  asJson: boolean,
): Promise<void> {
  let line: ColumnLine | undefined
  let count = 0
  for await (const items of pages) {
    if (asJson) {
      const entries = items.map((item) => JSON.stringify(toJson(item), undefined, 2))
      const lines = entries.map((entry, index) => {
        const start = count + index === 0 ? '[\n' : ',\n'
        return `${start}  ${entry.replaceAll('\n', '\n  ')}`
      })
      await print(lines.join(''))
    } else if (items.length > 0) {
      const rows = items.map(row)
      const start = line === undefined ? `${styleText('bold', columns(heads, rows)(heads))}\n` : ''
      line ??= columns(heads, rows)
      const toLine = line
      await print(`${start}${rows.map((cells) => `${toLine(cells)}\n`).join('')}`)
    }
    count += items.length
  }
  if (asJson) await print(count === 0 ? '[]\n' : '\n]\n')
  else if (count === 0) await print(`${empty}\n`)
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** Formats a row of a table as one line. */
type ColumnLine = (row: readonly Cell[]) => string

/** Returns a formatter that aligns rows with those given. */
export function columns(heads: readonly string[], rows: readonly (readonly Cell[])[]): ColumnLine {
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

/** Prints the result of a verb, for scripts or for people. */
export function show(asJson: boolean, value: unknown, text: string): void {
  process.stdout.write(asJson ? json(value) : `${text}\n`)
}

/** Formats a time for people: local, to the second, `2026-11-28 21:09:37 +01:00`. */
export function moment(milliseconds: number | null): string {
  if (milliseconds === null) return ''
  const date = new Date(milliseconds)
  const offset = -date.getTimezoneOffset()
  const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
    String(part).padStart(2, '0'),
  )
  return `${date.toLocaleString('sv-SE')} ${offset < 0 ? '-' : '+'}${hours}:${minutes}`
}

/** Formats a time for scripts: ISO 8601 in UTC, `2026-11-28T20:09:37.000Z`. */
export function isoTime(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}

/** Finds a known word that begins like the typed one, or differs from it in one letter. */
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
