import { type Cell, cellText, isMet, type Plan, type Target } from '../bench/figure.ts'
import type { Circumstances, KeptFigures } from '../bench/kept_figures.ts'

/** What was measured, by the name of the figures. */
export type FigureTables = ReadonlyMap<string, KeptFigures>

const part = /<!-- (figures|plans|targets)(?: ([\w-]+))?(?:: ([^>]*?))? -->\n.*?<!-- \/\1 -->/gs

/**
 * Fills the parts of a page that come from bench/figures:
 * `<!-- figures NAME: COLUMN, COLUMN -->` with a table of these columns (all of them without a list),
 * `<!-- targets -->` with the targets of all benchmarks, and `<!-- plans NAME -->` with query plans.
 *
 * @throws {Error} If a page names a column that the figures don't have.
 */
export function fillFigures(page: string, kept: FigureTables): string {
  return page.replaceAll(part, (whole, kind: string, name?: string, list?: string) => {
    const [opening = ''] = whole.split('\n', 1)
    return `${opening}\n\n${content(kind, name, list, kept)}\n\n<!-- /${kind} -->`
  })
}

function content(
  kind: string,
  name: string | undefined,
  list: string | undefined,
  kept: FigureTables,
): string {
  if (kind === 'targets')
    return targetTable([...kept.values()].flatMap(({ figures }) => figures.targets))
  const found = kept.get(name ?? '')
  if (found === undefined) {
    // figures are named NAME or NAME-PART by the benchmark that measures them
    const [bench] = (name ?? '').split('-', 1)
    return `Not measured yet: \`npm run bench -- ${bench} --keep\` fills this in.`
  }
  return kind === 'plans'
    ? (found.figures.plans ?? []).map(planText).join('\n\n')
    : figureTable(found, list?.split(', '))
}

function figureTable({ figures, circumstances }: KeptFigures, titles = figures.columns): string {
  const columns = titles.map((title) => {
    const column = figures.columns.indexOf(title)
    if (column === -1) throw new Error(`figures of ${figures.name} have no column ${title}`)
    return column
  })
  const rows = figures.rows.map((row) => columns.map((column) => plain(row[column])))
  return [
    ...markdownTable(titles.map(String), rows),
    '',
    `Measured: ${figures.method}. ${describe(circumstances)}`,
    ...(figures.remarks.length === 0
      ? []
      : ['', ...figures.remarks.map((text) => `- ${plain(text)}`)]),
  ].join('\n')
}

function targetTable(targets: readonly Target[]): string {
  const rows = targets.map((target) => [
    plain(target.what),
    `${plain(target.measured)}${target.unit}`,
    `${target.better === 'more' ? 'at least' : 'at most'} ${plain(target.target)}${target.unit}`,
    isMet(target) ? 'met' : '**missed**',
  ])
  return markdownTable(['figure', 'measured', 'target', 'verdict'], rows).join('\n')
}

function planText({ what, sql, plan }: Plan): string {
  return [`${what}:`, '', '```', sql.trim(), '', plan.trimEnd(), '```'].join('\n')
}

function describe({ cpu, cores, node, busyBefore, length }: Circumstances): string {
  const busy =
    busyBefore < 0.15
      ? 'otherwise idle'
      : `of which other programs used ${(busyBefore * 100).toFixed(0)} % just before`
  const brief = length === 'brief' ? ' A brief run, with fewer and shorter rounds.' : ''
  return `${cores} cores of ${cpu}, ${busy}; Node ${node}.${brief}`
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
}

function plain(cell: Cell): string {
  return cellText(cell).replaceAll('|', '\\|')
}
