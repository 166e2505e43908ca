/** How much a finding matters: an `error` breaks sign-ins, a `warning` can break some of them. */
export type Severity = 'ok' | 'note' | 'warning' | 'error'

/** One result of a check, for people. */
export interface Finding {
  readonly severity: Severity
  /** Stable word for scripts: `controller-addresses`, `time-budget`, … */
  readonly check: string
  /** What was found, in one sentence. */
  readonly what: string
  /** Why it matters; absent if all is well. */
  readonly why?: string
  /** What to do; absent if there is nothing to do. */
  readonly todo?: string
}

const order: readonly Severity[] = ['error', 'warning', 'note', 'ok']

/** Sorts the most severe findings first; equal ones keep their order. */
export function bySeverity(one: Finding, other: Finding): number {
  return order.indexOf(one.severity) - order.indexOf(other.severity)
}

/** Exit status like that of `authproxy_connectivity_tool`: 0 all is well, 1 an error, 2 only warnings. */
export function exitStatusOf(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ severity }) => severity === 'error')) return 1
  return findings.some(({ severity }) => severity === 'warning') ? 2 : 0
}
