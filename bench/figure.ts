import { median } from './statistic.ts'

/** A cell of a table: a number with its digits after the point, or a text. */
export type Cell = number | string | undefined

/** What a benchmark has found: a row for each peer and for ours. */
export interface Figures {
  readonly name: string
  /** What was measured and how, in a sentence or two. */
  readonly method: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** Targets met or missed, and what else is to be said. */
  readonly remarks: readonly string[]
  /** Replies that were verified in each row: a row without is no figure. */
  readonly verified: readonly number[]
}

/** Median and best of a server's rounds. */
export interface Rounds {
  readonly median: number
  readonly best: number
}

export function formatRounds(values: readonly number[]): Rounds {
  return { median: median(values), best: Math.max(...values) }
}

export function met(what: string, value: number, target: number): string {
  const verdict = value >= target ? 'met' : 'missed'
  return `${what}: ${value.toFixed(2)}x, target ${target.toFixed(1)}x: ${verdict}`
}

/** Lays figures out for a terminal. */
export function table({ name, method, columns, rows, remarks }: Figures): string {
  const cells = [columns, ...rows].map((row) => row.map(cellText))
  const widths = columns.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  )
  const lines = cells.map((row) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '))
  return [
    `${name}: ${method}`,
    '',
    ...lines,
    '',
    ...remarks.map((remark) => `- ${remark}`),
    '',
  ].join('\n')
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '-'
  if (typeof cell === 'string') return cell
  if (!Number.isFinite(cell)) return '-'
  if (Math.abs(cell) >= 100) return cell.toFixed(0)
  return cell.toFixed(Math.abs(cell) >= 10 ? 1 : 2)
}
