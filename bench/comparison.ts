import { styleText } from 'node:util'
import { type Cell, cellText, describeTarget, type Figures } from './figure.ts'
import type { Circumstances, KeptFigures } from './kept_figures.ts'

/** How far figures of one code differ from run to run on one machine, and whether machines can be compared. */
interface Variation {
  readonly title: RegExp
  readonly spread: number
  readonly portable: boolean
}

/** The first whose title matches a column counts. */
const variations: readonly Variation[] = [
  { title: /^x /, spread: 1.2, portable: true },
  { title: /[KM]iB/, spread: 1.15, portable: true },
  { title: /p9[59]|max/, spread: 2, portable: false },
  { title: /./, spread: 1.4, portable: false },
]

/** Of the CPU time that other programs use. */
const notedDifference = 0.15

/** A figure that got worse by more than it varies from run to run. */
export interface Regression {
  readonly what: string
  readonly before: number
  readonly now: number
}

export interface Comparison {
  /** For a terminal: under each row the committed one, and the change. */
  readonly text: string
  readonly regressions: readonly Regression[]
}

/** Compares figures with the committed ones: rows by their first cell, columns by their title. */
export function compareFigures(
  figures: Figures,
  circumstances: Circumstances,
  committed: KeptFigures | undefined,
): Comparison {
  const lines: { readonly cells: string[]; readonly of: 'row' | 'committed' | 'change' }[] = []
  const regressions: Regression[] = []
  for (const row of figures.rows) {
    lines.push({ cells: row.map(cellText), of: 'row' })
    const before = committed?.figures.rows.find(([name]) => name === row[0])
    if (committed === undefined || before === undefined) continue
    const pairs = figures.columns.map((title, column): Pair => {
      const was = before[committed.figures.columns.indexOf(title)]
      return { title, now: row[column], was: figures.better[title] === undefined ? '' : was }
    })
    const changes = pairs.map((pair) =>
      changeOf(pair, figures, sameMachine(circumstances, committed)),
    )
    lines.push({
      cells: pairs.map(({ was }, column) => (column === 0 ? '  committed' : cellText(was))),
      of: 'committed',
    })
    lines.push({
      cells: changes.map(({ text }, column) => (column === 0 ? '  change' : text)),
      of: 'change',
    })
    for (const { regression } of changes) {
      if (regression === undefined) continue
      regressions.push({ ...regression, what: `${row[0]}: ${regression.what}` })
    }
  }
  return { text: layOut(figures, lines, committed, circumstances), regressions }
}

interface Pair {
  readonly title: string
  readonly now: Cell
  readonly was: Cell
}

function changeOf(
  { title, now, was }: Pair,
  { better }: Figures,
  isSameMachine: boolean,
): { readonly text: string; readonly regression?: Regression } {
  const direction = better[title]
  if (direction === undefined || typeof now !== 'number' || typeof was !== 'number' || was === 0) {
    return { text: '' }
  }
  const change = now / was
  const text = `${change.toFixed(2)}x`
  const { spread, portable } = variationOf(title)
  if (!portable && !isSameMachine) return { text }
  const worse = direction === 'more' ? was / now : change
  return worse > spread
    ? { text: `worse ${text}`, regression: { what: title, before: was, now } }
    : { text }
}

function variationOf(title: string): Variation {
  const found = variations.find((variation) => variation.title.test(title))
  if (found === undefined) throw new Error('a column has no title')
  return found
}

function sameMachine({ cpu, cores }: Circumstances, { circumstances }: KeptFigures): boolean {
  return cpu === circumstances.cpu && cores === circumstances.cores
}

function layOut(
  { name, method, columns, targets, remarks }: Figures,
  lines: readonly { readonly cells: readonly string[]; readonly of: string }[],
  committed: KeptFigures | undefined,
  circumstances: Circumstances,
): string {
  const widths = columns.map((title, column) =>
    Math.max(title.length, ...lines.map(({ cells }) => (cells[column] ?? '').length)),
  )
  const laidOut = (cells: readonly string[]): string =>
    widths
      .map((width, column) => {
        const text = cells[column] ?? ''
        return column === 0 ? text.padEnd(width) : text.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return [
    `${name}: ${method}`,
    '',
    laidOut(columns),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...lines.map(({ cells, of }) =>
      of === 'row' ? laidOut(cells) : styleText('dim', laidOut(cells)),
    ),
    '',
    ...targets.map((target) => `- ${describeTarget(target)}`),
    ...[...remarks, ...remarksOnCommitted(circumstances, committed)].map((remark) => `- ${remark}`),
    '',
  ].join('\n')
}

function remarksOnCommitted(
  circumstances: Circumstances,
  committed: KeptFigures | undefined,
): string[] {
  if (committed === undefined) return ['no figures are committed yet']
  const { cpu, cores, length, busyBefore } = committed.circumstances
  return [
    ...(sameMachine(circumstances, committed)
      ? []
      : [
          `the committed figures are from ${cores} cores of ${cpu}: only ratios and memory are compared`,
        ]),
    ...(length === circumstances.length ? [] : [`the committed figures are from a ${length} run`]),
    ...(Math.abs(busyBefore - circumstances.busyBefore) < notedDifference
      ? []
      : [
          `other programs used ${percent(circumstances.busyBefore)} of the CPU before this run, and ` +
            `${percent(busyBefore)} before that of the committed figures`,
        ]),
  ]
}

/** What to do with regressions and new figures. */
export function describeRegressions(regressions: readonly Regression[]): string {
  if (regressions.length === 0) return 'Nothing got worse by more than it varies from run to run.'
  return [
    'Worse than the committed figures by more than they vary from run to run:',
    ...regressions.map(
      ({ what, before, now }) => `  ${what}: ${cellText(before)} before, ${cellText(now)} now`,
    ),
    'Run the benchmark again on an idle machine before you believe it.',
  ].join('\n')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
