import type { Finding } from '../guide/finding.ts'

/** One answer of a proxy to a controller, as the simulated directory knows it. */
export interface ProbeAnswer {
  readonly controller: string
  readonly server: string
  readonly address: string
  readonly isValid: boolean
  readonly result: string
}

/** What most often causes the status Failed, in the order in which to look. */
const usualCauses: readonly string[] = [
  'The proxy drops requests from a controller: its log says "Unknown Client". Add the address as radius_ip_N.',
  'The secret differs: the log says "wrong Message-Authenticator" or "Cannot decode password".',
  'UDP is blocked: the log has no line at all. Check the security groups of both sides, network ACLs and routes; run "sudo tcpdump -n udp port 1812" on the proxy and try again.',
  'The reply leaves from another address than the request went to. Set interface= in the section on a machine with several addresses.',
  'The proxy is in the management network of the directory (10.0.1.0/24 and 10.0.2.0/24, or 192.168.1.0/24 and 192.168.2.0/24).',
  'The proxy does not run, or listens on another port: authproxyctl status.',
]

/**
 * Says why RADIUS could not be enabled. AWS gives no reason.
 *
 * @param probe What the simulator saw; `undefined` for the real AWS.
 * @param findings Of `advise`.
 */
export function explainFailure(
  probe: readonly ProbeAnswer[] | undefined,
  findings: readonly Finding[],
): readonly string[] {
  const failed = (probe ?? []).filter(({ isValid }) => !isValid)
  if (failed.length > 0) {
    return failed.map(({ controller, address, result }) => `${controller} to ${address}: ${result}`)
  }
  const errors = findings.filter(
    ({ severity, check }) => severity === 'error' && check !== 'radius-status',
  )
  if (errors.length > 0)
    return errors.map(({ what, todo }) => [what, todo].filter(Boolean).join(' '))
  return usualCauses
}
