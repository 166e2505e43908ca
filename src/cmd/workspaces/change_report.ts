import { setTimeout as sleep } from 'node:timers/promises'
import { shellWord } from '../../host/shell_word.ts'
import { explainFailure } from '../../workspaces/adviser/failure_reason.ts'
import { readSimulatedProbe } from '../../workspaces/adviser/simulated_probe.ts'
import { type StatusOutcome, waitForStatus } from '../../workspaces/adviser/status_wait.ts'
import type { AwsDirectory, DirectoryService } from '../../workspaces/aws/directory_service.ts'
import type { Finding } from '../../workspaces/guide/finding.ts'
import { json } from '../countersign/output.ts'
import { type AwsOptions, exitStatus, statusPollMs } from './aws_options.ts'
import { directoryJson } from './describe.ts'

interface WaitOptions extends AwsOptions {
  /** Seconds; 0 does not wait. */
  readonly wait: number
}

/**
 * Waits for the status, and says why it failed and how to go back.
 *
 * @param before The directory before the change.
 */
export async function reportChange(
  service: DirectoryService,
  before: AwsDirectory,
  findings: readonly Finding[],
  options: WaitOptions,
): Promise<void> {
  const outcome = await waitForStatus(service, options.directory, {
    limitMs: options.wait * 1000,
    pollMs: statusPollMs(options),
    now: () => performance.now(),
    sleep: (ms) => sleep(ms),
    progress: (status, elapsedMs) =>
      process.stderr.write(
        `${status}: AWS probes the proxies, ${Math.round(elapsedMs / 1000)} s\n`,
      ),
  })
  const reasons = outcome.kind === 'failed' ? await findReasons(findings, options) : []
  const { kind, directory } = outcome
  if (options.json) {
    process.stdout.write(json({ outcome: kind, reasons, directory: directoryJson(directory) }))
  } else process.stdout.write(formatOutcome(outcome, reasons, wayBack(before, options)))
  process.exitCode = {
    completed: exitStatus.done,
    failed: exitStatus.failed,
    timeout: options.wait === 0 ? exitStatus.done : exitStatus.stillCreating,
  }[kind]
}

/** The command that makes the directory as it was. AWS does not return the former secret. */
function wayBack({ directoryId, radius }: AwsDirectory, { endpoint }: WaitOptions): string {
  const place = endpoint === undefined ? '' : ` --endpoint ${shellWord(endpoint)}`
  const verb = (name: string) => `workspaces ${name} --directory ${directoryId}${place}`
  if (radius === undefined)
    return `To let users in with the password alone:\n  ${verb('disable')}\n`
  const { servers, port, timeoutSecs, retries, protocol } = radius
  const settings = [
    ['--servers', servers.join(',')],
    ['--port', port],
    ['--timeout', timeoutSecs],
    ['--retries', retries],
    ['--protocol', protocol],
  ]
    .filter(([, value]) => value !== undefined)
    .flat()
    .join(' ')
  return `To go back, with the former secret in a file:\n  ${verb('update')} ${settings} --secret-file FILE\n`
}

async function findReasons(
  findings: readonly Finding[],
  options: WaitOptions,
): Promise<readonly string[]> {
  const { endpoint } = options
  const probe = endpoint === undefined ? undefined : await readSimulatedProbe(endpoint)
  return explainFailure(probe, findings)
}

function formatOutcome(
  { kind, directory }: StatusOutcome,
  reasons: readonly string[],
  back: string,
): string {
  const { directoryId } = directory
  switch (kind) {
    case 'completed':
      return `Completed: ${directoryId} asks the proxies for every sign-in\n`
    case 'timeout':
      return `Still Creating: "workspaces describe --directory ${directoryId}" shows the status\n`
    case 'failed':
      return `Failed: AWS got no valid reply to its probe. AWS does not say why; check these:\n${reasons.map((reason) => `  - ${reason}\n`).join('')}${back}`
  }
}
