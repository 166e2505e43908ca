import type { Fault, FaultKind } from './faults.ts'
import type { Load } from './load.ts'
import {
  isFailOpen,
  type Kind,
  kinds,
  type LoginRecord,
  type Rules,
  type Violation,
  violations,
} from './model.ts'

/** Prints the tables of a run. @returns Whether nothing happened that must never happen. */
export function report(options: {
  readonly load: Load
  readonly faults: readonly Fault[]
  readonly rules: Rules
  readonly seconds: number
}): boolean {
  const { load, faults, rules, seconds } = options
  const { records } = load
  print(
    `\n${records.length} logins, ${(records.length / seconds).toFixed(0)} per second, ${load.lacking} left out for lack of idle users\n`,
  )
  printOutcomes(records, rules)
  printFaults(records, faults)
  const found = records.flatMap((login) =>
    violations(login, rules).map((violation) => ({ violation, login })),
  )
  for (const name of ['wrong accept', 'duplicate push', 'lost approval'] as const) {
    print(`${name}: ${found.filter(({ violation }) => violation === name).length}`)
  }
  for (const { violation, login } of found) print(describe(violation, login, faults))
  return found.length === 0
}

function printOutcomes(records: readonly LoginRecord[], rules: Rules): void {
  print(row('login', ['accepted', 'rejected', 'no reply', 'fail open', 'retried', 'pushes/login']))
  for (const kind of Object.keys(kinds) as Kind[]) {
    const all = records.filter((login) => login.kind === kind)
    const count = (verdict: string): number =>
      all.filter(({ result }) => result.verdict === verdict).length
    const failOpen = all.filter(
      (login) => login.result.verdict === 'accept' && isFailOpen(login, rules),
    )
    const retried = all.filter(({ result }) => result.attempts > 1).length
    const pushes = all.reduce((sum, login) => sum + login.pushes, 0)
    print(
      row(kind, [
        ...['accept', 'reject', 'timeout'].map((verdict) => String(count(verdict))),
        String(failOpen.length),
        String(retried),
        kind.startsWith('push') ? (pushes / Math.max(1, all.length)).toFixed(3) : '',
      ]),
    )
  }
  print('')
}

/** How long a right passcode took that was sent while something was broken. */
function printFaults(records: readonly LoginRecord[], faults: readonly Fault[]): void {
  const right = records.filter(({ kind }) => kind === 'right passcode')
  const line = (name: string, times: number, all: readonly LoginRecord[]): void => {
    const accepted = all.filter(({ result }) => result.verdict === 'accept')
    const took = accepted.map(({ result }) => result.tookMs).sort((one, other) => one - other)
    const at = (share: number): string =>
      `${((took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN) / 1000).toFixed(2)}`
    const counts = [String(times), String(all.length), String(all.length - accepted.length)]
    print(row(name, [...counts, at(0.5), at(0.95), at(0.99), at(1)]))
  }
  print(
    row('right passcodes while', [
      'times',
      'logins',
      'not let in',
      'p50 s',
      'p95 s',
      'p99 s',
      'max s',
    ]),
  )
  const isDuring = (login: LoginRecord, fault: Fault): boolean =>
    login.began >= fault.from && login.began < fault.to
  line(
    'nothing is broken',
    1,
    right.filter((login) => !faults.some((fault) => isDuring(login, fault))),
  )
  for (const kind of new Set<FaultKind>(faults.map((fault) => fault.kind))) {
    const same = faults.filter((fault) => fault.kind === kind)
    line(
      kind,
      same.length,
      right.filter((login) => same.some((fault) => isDuring(login, fault))),
    )
  }
  print('')
}

function describe(violation: Violation, login: LoginRecord, faults: readonly Fault[]): string {
  const { kind, username, resend, result, pushes, approvedAt, began } = login
  const ended = began + result.tookMs
  const during = faults
    .filter((fault) => fault.from < ended && fault.to > began)
    .map(
      ({ kind, from, to }) =>
        `${kind} from ${seconds(from - began)} to ${seconds(to - began)} of it`,
    )
  const approved = approvedAt === undefined ? '' : `, approved after ${seconds(approvedAt - began)}`
  return `  ${violation}: ${username} (${kind}, ${resend}): ${result.verdict} after ${seconds(result.tookMs)} and ${result.attempts} attempts by server ${result.server}, ${pushes} pushes${approved}; ${during.join(', ') || 'nothing was broken'}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(32) + cells.map((cell) => cell.padStart(13)).join('')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
