import type { CellResult } from './run_scenarios.ts'

/** Facts of a run, for the head of the page. */
export interface RunFacts {
  readonly date: string
  readonly seconds: number
}

const start = `# Scenarios of a WorkSpaces sign-in

<!-- written by \`npm run scenarios\`; do not edit -->

Each line is a scenario that was run with the [simulated directory](directory.md), two authentication proxies, the MFA
service and its push approval, all real and in real time, under what AWS does not document
([the settings](workspaces-knobs.md)).

A cell is one run with one set of settings. It is _right_ if the user was let in or not as expected, with no second prompt.
It is _open_ if nobody can say which outcome is right; [the reasons](#open-cells) are below. A _duplicate_ is a prompt
beyond those that the scenario must cause.

## Which settings

- Scenarios 19, 27 and 31, in which a retry decides, run in 18 cells: every combination of \`resend\` (same packet, new
  Identifier, new packet), \`srcPort\` and \`schedule\`. \`deadlineMs\`, \`controllerPick\` and \`messageAuthenticator\` take
  their values in turn.
- Scenarios without retries run in 6 cells, in which every value of each of these settings appears.
- Scenario 9 has parameters of its own: when the push is approved, retries, proxies. The full product would be 60,480
  sign-ins. Each combination of the parameters is run with every value of \`resend\`; the other settings are chosen so that every
  pair of values of parameters and settings meets at least once, and as many triples as possible.
- Scenarios that need proxies of their own run in the 4 cells in which every value of the settings of retries appears.
  Scenarios 21, 25 and 33 set the settings that matter themselves, and run once.

## What was decided

- **A retry with a new packet after a lost answer (19)** is a new login. A request joins another only while that one has
  had no answer, because one approval lets in one login. So the user is asked once more. A retry with the same packet gets
  the same reply again, and no one is asked.
- **An attacker's login beside the rightful one (31)**, with the right password and from the same controller: if it comes
  when no retry is due, it is shown as a second push, and the approval of the first lets in the rightful login only. If it
  comes at the very time of a retry, nothing tells which login is the rightful one, also not a repeated packet, which an
  attacker may send as well. Then no one rides on the approval, and each is shown on its own. In no cell was the attacker
  let in.
- **256 requests in flight (33)**: a controller opens a further port when all Identifiers of one are in flight, and uses
  Identifiers again when their requests are answered.
- **A Message-Authenticator that is required (21)**: requests without one are dropped, so that enabling RADIUS fails. That is
  right: the proxy was told to require it.

## Result

`

/** The page about a run: one line for each scenario, then what went wrong. */
export function formatReport(results: readonly CellResult[], facts: RunFacts): string {
  const count = (kind: string): number =>
    results.filter(({ verdict }) => verdict.kind === kind).length
  const duplicates = results.reduce((sum, { verdict }) => sum + verdict.duplicates, 0)
  const repeated = results.filter(({ repeats }) => repeats > 0).length
  const summary = `Run of ${facts.date}: ${results.length} sign-ins and set-ups in ${facts.seconds} s. Right: ${count('right')}. Open: ${count('open')}. Wrong: ${count('wrong')}. Duplicate prompts: ${duplicates}.${repeated === 0 ? '' : ` ${repeated} cells were run again, because a connection of the test itself broke.`}`
  const byTitle = [...Map.groupBy(results, ({ scenario }) => titleOf(scenario)).values()]
  const rows = byTitle
    .sort((one, other) => (one[0]?.scenario.number ?? 0) - (other[0]?.scenario.number ?? 0))
    .map(formatRow)
  const table = formatTable(
    ['no.', 'scenario', 'expected', 'cells', 'right', 'open', 'wrong', 'duplicates'],
    rows,
  )
  const wrong = results.filter(({ verdict }) => verdict.kind === 'wrong')
  const open = results.filter(({ verdict }) => verdict.kind === 'open')
  return [start + summary, '', table, '', ...formatOpen(open), ...formatWrong(wrong)].join('\n')
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

/** Why cells are open, with their number for each scenario. */
function formatOpen(open: readonly CellResult[]): string[] {
  const byReason = Map.groupBy(open, ({ verdict }) => verdict.because ?? 'unknown')
  const lines = [...byReason].map(([reason, cells]) => {
    const numbers = [...new Set(cells.map(({ scenario }) => scenario.number))].join(', ')
    return `- Scenario ${numbers}, ${cells.length} cells: ${reason}.`
  })
  return ['## Open cells', '', ...(lines.length === 0 ? ['None.'] : lines), '']
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
