import type { Knobs } from '../knobs/knob_table.ts'

/** What one controller learnt of one server. */
export interface ProbeResult {
  readonly controller: string
  /** The entry of RadiusServers. */
  readonly server: string
  readonly address: string
  readonly isValid: boolean
  /** `Access-Accept`, `Access-Reject`, or why there was no valid reply. */
  readonly result: string
  readonly rttMs?: number
}

/**
 * Whether the probes of all controllers suffice for the status Completed.
 *
 * @param results One for each controller and server.
 */
export function isProbeGood(results: readonly ProbeResult[], rule: Knobs['probeRule']): boolean {
  const byController = Map.groupBy(results, ({ controller }) => controller)
  const verdicts = [...byController.values()].map((own) =>
    rule.servers === 'all'
      ? own.every(({ isValid }) => isValid)
      : own.some(({ isValid }) => isValid),
  )
  if (verdicts.length === 0) return false
  return rule.controllers === 'all' ? verdicts.every(Boolean) : verdicts.some(Boolean)
}

/** Why the status is Failed, for the trace and for people who read it. */
export function explainProbe(results: readonly ProbeResult[]): string {
  const failed = results.filter(({ isValid }) => !isValid)
  if (results.length === 0) return 'no server could be asked'
  return failed
    .map(({ controller, address, result }) => `${controller} to ${address}: ${result}`)
    .join('; ')
}
