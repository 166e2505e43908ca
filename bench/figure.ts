import { median } from './statistic.ts'

/** A cell of a table: a number with its digits after the point, or a text. */
export type Cell = number | string | undefined

export type Better = 'more' | 'less'

/** A figure that must reach at least its target, or at most if less is better. */
export interface Target {
  readonly what: string
  readonly measured: number
  readonly target: number
  /** Follows the number: `x` for a ratio in one run, ` ms`, ` MiB`. */
  readonly unit: string
  readonly better: Better
}

/** How a database runs a statement, in its own words. */
export interface Plan {
  readonly what: string
  readonly sql: string
  readonly plan: string
}

/** What a benchmark has found: a row for each peer and for ours. */
export interface Figures {
  readonly name: string
  /** What was measured and how, in a sentence or two. */
  readonly method: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** The columns that are compared with the committed figures, and which way they are better. */
  readonly better: Readonly<Record<string, Better>>
  readonly targets: readonly Target[]
  /** What else is to be said. */
  readonly remarks: readonly string[]
  /** How the database runs the statements behind these figures. */
  readonly plans?: readonly Plan[]
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

/** A ratio in one run that must be reached. */
export function atLeast(what: string, measured: number, target: number, unit = 'x'): Target {
  return { what, measured, target, unit, better: 'more' }
}

export function atMost(what: string, measured: number, target: number, unit: string): Target {
  return { what, measured, target, unit, better: 'less' }
}

export function isMet({ measured, target, better }: Target): boolean {
  return better === 'more' ? measured >= target : measured <= target
}

export function describeTarget(target: Target): string {
  const { what, measured, unit, better } = target
  const limit = `${better === 'more' ? 'at least' : 'at most'} ${cellText(target.target)}${unit}`
  const verdict = isMet(target) ? 'met' : 'missed'
  return `${what}: ${cellText(measured)}${unit}, target ${limit}: ${verdict}`
}

/** Three significant digits or so. */
export function cellText(cell: Cell): string {
  if (cell === undefined) return '-'
  if (typeof cell === 'string') return cell
  if (!Number.isFinite(cell)) return '-'
  const isWhole = Number.isInteger(cell) && Math.abs(cell) >= 10
  if (isWhole || Math.abs(cell) >= 100) return Math.round(cell).toLocaleString('en')
  return cell.toFixed(Math.abs(cell) >= 10 ? 1 : 2)
}
