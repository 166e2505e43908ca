import { type KnobName, type Knobs, knobTable } from '../knobs/knob_table.ts'
import { readCapture } from './capture_file.ts'
import { groupChains } from './chain.ts'
import { inferFromAttempts, type ObservedSettings, observeSettings } from './infer_attempts.ts'
import { inferControllerPick } from './infer_controllers.ts'
import { inferFromAttributes } from './infer_packets.ts'
import { inferFromProbes } from './infer_probes.ts'
import type { KnobFinding } from './knob_finding.ts'
import { findRequests } from './radius_capture.ts'

/** What a capture says about a directory. */
export interface Calibration {
  readonly requests: number
  readonly logins: number
  readonly probes: number
  /** Addresses of the controllers. */
  readonly controllers: readonly string[]
  readonly observed: ObservedSettings
  /** One for each knob, in the order of the table. */
  readonly findings: readonly KnobFinding[]
}

const notInPackets: Partial<Readonly<Record<KnobName, string>>> = {
  order:
    'packets do not show when the password was checked; try a wrong password, and look for requests',
  probePassword: 'it is hidden by the shared secret',
  probeRule: 'packets do not show the status; compare it with the probes that were answered',
  failedMeans: 'try to sign in while the status is Failed',
  creatingMeans: 'try to sign in while the status is Creating',
  verifyMsChap2Success: 'answer a login with a wrong MS-CHAP2-Success, and see whether it succeeds',
  fqdn: 'enable RADIUS with a DNS name of two addresses, and see which ones are asked',
  faults: 'faults are those of the network, not of the directory',
}

/**
 * Infers knobs from a capture of RADIUS requests of a real directory, taken at a RADIUS server or anywhere on the way.
 *
 * @param file Content of a pcap or pcapng file.
 * @param options.retries `RadiusRetries` of the directory; by default as many as were seen.
 * @throws {CaptureError} if the file is not a capture.
 */
export function calibrate(file: Buffer, options: { readonly retries?: number } = {}): Calibration {
  const requests = findRequests(readCapture(file))
  const chains = groupChains(requests)
  const found = [
    ...inferFromAttributes(chains),
    ...inferFromAttempts(chains, options.retries),
    ...inferFromProbes(chains),
    inferControllerPick(chains),
  ]
  const names = Object.keys(knobTable) as KnobName[]
  return {
    requests: requests.length,
    logins: chains.filter(({ kind }) => kind === 'login').length,
    probes: chains.filter(({ kind }) => kind === 'probe').length,
    controllers: [...new Set(requests.map(({ source }) => source.address))],
    observed: observeSettings(chains),
    findings: names.map(
      (knob) =>
        found.find((finding) => finding.knob === knob) ?? {
          knob,
          because: notInPackets[knob] ?? 'packets do not show it',
        },
    ),
  }
}

/** The knobs that a capture settles, as the content of a knob file. */
export function toKnobs({ findings }: Calibration): Partial<Knobs> {
  const settled = findings.filter(({ value }) => value !== undefined)
  return Object.fromEntries(settled.map(({ knob, value }) => [knob, value]))
}

/** The report for people: what the capture settles and why, and what stays unknown. */
export function formatCalibration(calibration: Calibration): string {
  const { requests, logins, probes, controllers, observed, findings } = calibration
  const settled = findings.filter(({ value }) => value !== undefined)
  const open = findings.filter(({ value }) => value === undefined)
  const width = Math.max(...findings.map(({ knob }) => knob.length))
  const { timeouts, minRetries, servers } = observed
  return [
    `${requests} requests: ${logins} logins and ${probes} probes`,
    `controllers: ${controllers.join(', ') || 'none'}`,
    `servers: ${servers.join(', ') || 'none'}`,
    `timeout: ${timeouts.length === 0 ? 'not seen' : `${timeouts.join(', ')} s`}`,
    `retries: ${minRetries === undefined ? 'not seen' : `at least ${minRetries}`}`,
    '',
    'Settled by the capture:',
    ...settled.map(
      ({ knob, value, because }) =>
        `  ${knob.padEnd(width)}  ${JSON.stringify(value)}  (${because})`,
    ),
    '',
    'Still unknown:',
    ...open.map(({ knob, because }) => `  ${knob.padEnd(width)}  ${because}`),
    '',
  ].join('\n')
}
