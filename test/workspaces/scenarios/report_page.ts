import type { CellResult } from './run_scenarios.ts'

/** Facts of a run, for the head of the page. */
export interface RunFacts {
  readonly date: string
  readonly seconds: number
}

const start = `# Scenarios of a WorkSpaces sign-in

<!-- written by \`npm run scenarios\`; do not edit -->

Each line is a scenario that was run against two authentication proxies, the MFA service and its push approval, all real,
in every combination of what AWS does not document: whether a retry sends the same packet, a new Identifier or a new
packet, from which port, and in which order of servers; deadline, choice of controller and Message-Authenticator take
their values in turn.

A cell is _right_ if the user was let in or not as expected, with no second prompt. It is _open_ if both outcomes
are right, because the answer comes within ${'`0.4 s`'} of the moment at which the directory gives up.
`

/** The page about a run: one line for each scenario, then what went wrong. */
export function formatReport(results: readonly CellResult[], facts: RunFacts): string {
  const count = (kind: string): number =>
    results.filter(({ verdict }) => verdict.kind === kind).length
  const duplicates = results.reduce((sum, { verdict }) => sum + verdict.duplicates, 0)
  const summary = `Run of ${facts.date}: ${results.length} sign-ins and set-ups in ${facts.seconds} s. Right: ${count('right')}. Open: ${count('open')}. Wrong: ${count('wrong')}. Duplicate prompts: ${duplicates}.`
  const byTitle = [...Map.groupBy(results, ({ scenario }) => titleOf(scenario)).values()]
  const rows = byTitle
    .sort((one, other) => (one[0]?.scenario.number ?? 0) - (other[0]?.scenario.number ?? 0))
    .map(formatRow)
  const table = formatTable(
    ['no.', 'scenario', 'expected', 'cells', 'right', 'open', 'wrong', 'duplicates'],
    rows,
  )
  const wrong = results.filter(({ verdict }) => verdict.kind === 'wrong')
  return [start, summary, '', table, '', ...formatWrong(wrong)].join('\n')
}

function titleOf({ number, title }: CellResult['scenario']): string {
  return `${number} ${title}`
}

function formatRow(cells: readonly CellResult[]): readonly string[] {
  const [first] = cells
  const count = (kind: string): string =>
    String(cells.filter(({ verdict }) => verdict.kind === kind).length)
  const duplicates = cells.reduce((sum, { verdict }) => sum + verdict.duplicates, 0)
  const { scenario } = first ?? {}
  return [
    String(scenario?.number ?? ''),
    scenario?.title ?? '',
    scenario?.expected ?? '',
    String(cells.length),
    count('right'),
    count('open'),
    count('wrong'),
    String(duplicates),
  ].map((text) => text.replaceAll('|', '\\|'))
}

function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

const maxListed = 50

function formatWrong(wrong: readonly CellResult[]): string[] {
  if (wrong.length === 0) return []
  const listed = wrong.slice(0, maxListed).map(({ scenario, cell, verdict }) => {
    const knobs = Object.entries(cell).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    return `- ${titleOf(scenario)}: ${verdict.seen}; ${verdict.duplicates} duplicates (${knobs.join(', ')})`
  })
  const more = wrong.length > maxListed ? [`- and ${wrong.length - maxListed} more`] : []
  return ['## Wrong', '', ...listed, ...more, '']
}
