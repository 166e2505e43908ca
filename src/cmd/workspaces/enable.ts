import { isIPv6 } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { explainFailure } from '../../workspaces/adviser/failure_reason.ts'
import {
  isChanged,
  planSettings,
  type SettingsPlan,
} from '../../workspaces/adviser/settings_plan.ts'
import { readSimulatedProbe } from '../../workspaces/adviser/simulated_probe.ts'
import { type StatusOutcome, waitForStatus } from '../../workspaces/adviser/status_wait.ts'
import { AwsFailure } from '../../workspaces/aws/aws_failure.ts'
import { isLocal } from '../../workspaces/aws/connection.ts'
import type { DirectoryService } from '../../workspaces/aws/directory_service.ts'
import { exitStatusOf, type Finding } from '../../workspaces/guide/finding.ts'
import { recommendedSettings } from '../../workspaces/guide/time_budget.ts'
import { authenticationProtocols } from '../../workspaces/radius_settings/limits.ts'
import {
  parseRadiusSettings,
  type RadiusSettings,
} from '../../workspaces/radius_settings/radius_settings.ts'
import { json } from '../countersign/output.ts'
import { type AdviceOptions, adviceOptions, findAdvice, formatFindings } from './advice.ts'
import {
  type AwsOptions,
  awsOptions,
  exitHelp,
  exitStatus,
  isConfirmed,
  readList,
  readNumber,
  readSecretFile,
  withAws,
} from './aws_options.ts'
import { directoryJson } from './describe.ts'
import { VerbError } from './run_program.ts'

interface ChangeOptions extends AdviceOptions {
  readonly servers?: readonly string[]
  readonly secretFile: string
  readonly port?: number
  readonly timeout?: number
  readonly retries?: number
  readonly protocol?: string
  readonly label?: string
  readonly dryRun: boolean
  readonly yes: boolean
  readonly wait: number
}

type Call = SettingsPlan['call']

const pollMs = { aws: 5_000, local: 500 }
const defaultWaitSecs = 600
const defaults = { port: 1812, protocol: 'PAP', label: 'Countersign' }

/** `workspaces enable` and `workspaces update` */
export function addEnableVerbs(program: Command): void {
  changeOptions(program.command('enable'))
    .description('turn MFA on: show what would change, ask, enable RADIUS, and wait for the result')
    .requiredOption(
      '--servers <addresses>',
      'the proxies, or a load balancer, comma-separated',
      readList,
    )
    .action(async (options: ChangeOptions) => {
      await withAws(options, (service) => change(service, 'EnableRadius', options))
    })
  changeOptions(program.command('update'))
    .description('change RADIUS settings; those that are not given stay')
    .option('--servers <addresses>', 'the proxies, or a load balancer, comma-separated', readList)
    .action(async (options: ChangeOptions) => {
      await withAws(options, (service) => change(service, 'UpdateRadius', options))
    })
}

function changeOptions(command: Command): Command {
  return adviceOptions(awsOptions(command))
    .requiredOption('--secret-file <file>', 'file with the shared secret; - reads standard input')
    .option(
      '--port <number>',
      `UDP port of the proxies (default: ${defaults.port})`,
      readNumber(1025, 65_535),
    )
    .option('--timeout <seconds>', 'for each attempt (default: 20)', readNumber(1, 50))
    .option(
      '--retries <number>',
      'further attempts (default: 1 with two servers, 2 with one)',
      readNumber(0, 10),
    )
    .addOption(
      new Option('--protocol <name>', `protocol (default: ${defaults.protocol})`).choices(
        authenticationProtocols,
      ),
    )
    .option(
      '--label <text>',
      `display label, which AWS shows to nobody (default: ${defaults.label})`,
    )
    .option('--dry-run', 'only show what would change, and what the checks find', false)
    .option('--yes', 'do not ask', false)
    .option(
      '--wait <seconds>',
      'how long to wait for the result; 0 does not wait',
      readNumber(0, 3600),
      defaultWaitSecs,
    )
    .addHelpText('after', exitHelp)
}

async function change(
  service: DirectoryService,
  wanted: Call,
  options: ChangeOptions,
): Promise<void> {
  const secret = await readSecretFile(options.secretFile)
  const directory = await service.describe(options.directory)
  if (wanted === 'UpdateRadius' && directory.status === undefined) {
    throw new VerbError(
      `RADIUS is not enabled for ${options.directory}; turn it on with "workspaces enable"`,
    )
  }
  const settings = parse(
    { ...readCurrent(directory.radius), ...readOptions(options) },
    secret,
    options,
  )
  const plan = planSettings(directory, settings)
  const checked = {
    ...settings,
    RadiusServers: [...settings.RadiusServers, ...settings.RadiusServersIpv6],
  }
  const findings = (await findAdvice(service, directory, checked, secret, options)).filter(
    // the status before the change says nothing about the settings after it
    ({ check }) => check !== 'radius-status',
  )
  const call = wanted === 'UpdateRadius' ? wanted : plan.call
  if (!options.json) process.stdout.write(formatPlan(call, plan, findings))
  if (options.dryRun) {
    if (options.json) process.stdout.write(json(planJson(call, plan, findings)))
    process.exitCode = exitStatusOf(findings)
    return
  }
  if (wanted === 'EnableRadius' && call === 'UpdateRadius' && options.yes) {
    throw new VerbError(
      `RADIUS is enabled for ${options.directory} already (${directory.status}); change its settings with "workspaces update"`,
    )
  }
  const question =
    wanted === call
      ? `${call} for ${options.directory}? Nobody can sign in until AWS has probed the proxies.`
      : `RADIUS is enabled already. Update its settings instead?`
  if (!(await isConfirmed(question, options.yes))) {
    process.stdout.write('Nothing was changed\n')
    process.exitCode = exitStatus.declined
    return
  }
  await send(service, call, settings, options)
  await report(service, findings, options)
}

/** Another administrator may have enabled it since the plan was made. */
async function send(
  service: DirectoryService,
  call: Call,
  settings: RadiusSettings,
  options: AwsOptions & { readonly yes: boolean },
): Promise<void> {
  if (call === 'UpdateRadius') return await service.update(options.directory, settings)
  try {
    await service.enable(options.directory, settings)
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.code !== 'already-enabled' || options.yes)
      throw error
    const question = 'RADIUS was enabled by someone else meanwhile. Update its settings?'
    if (!(await isConfirmed(question, false))) throw error
    await service.update(options.directory, settings)
  }
}

/** Waits for the status, and says why it failed. */
async function report(
  service: DirectoryService,
  findings: readonly Finding[],
  options: ChangeOptions,
): Promise<void> {
  const outcome = await waitForStatus(service, options.directory, {
    limitMs: options.wait * 1000,
    pollMs: isLocal(options) ? pollMs.local : pollMs.aws,
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
  } else process.stdout.write(formatOutcome(outcome, reasons))
  process.exitCode = {
    completed: exitStatus.done,
    failed: exitStatus.failed,
    timeout: options.wait === 0 ? exitStatus.done : exitStatus.stillCreating,
  }[kind]
}

async function findReasons(
  findings: readonly Finding[],
  options: ChangeOptions,
): Promise<readonly string[]> {
  const { endpoint } = options
  const probe = endpoint === undefined ? undefined : await readSimulatedProbe(endpoint)
  return explainFailure(probe, findings)
}

function formatOutcome({ kind, directory }: StatusOutcome, reasons: readonly string[]): string {
  const { directoryId } = directory
  switch (kind) {
    case 'completed':
      return `Completed: ${directoryId} asks the proxies for every sign-in\n`
    case 'timeout':
      return `Still Creating: "workspaces describe --directory ${directoryId}" shows when it has ended\n`
    case 'failed':
      return `Failed: AWS got no valid reply to its probe. It does not say why; look at these:\n${reasons.map((reason) => `  - ${reason}\n`).join('')}`
  }
}

function readCurrent(radius: Awaited<ReturnType<DirectoryService['describe']>>['radius']) {
  if (radius === undefined) return {}
  const { port, timeoutSecs, retries, protocol, label } = radius
  return {
    servers: radius.servers,
    ...(port === undefined ? {} : { port }),
    ...(timeoutSecs === undefined ? {} : { timeout: timeoutSecs }),
    ...(retries === undefined ? {} : { retries }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(label === undefined ? {} : { label }),
  }
}

function readOptions({ servers, port, timeout, retries, protocol, label }: ChangeOptions) {
  const given = { servers, port, timeout, retries, protocol, label }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function parse(
  chosen: {
    readonly servers?: readonly string[]
    readonly port?: number
    readonly timeout?: number
    readonly retries?: number
    readonly protocol?: string
    readonly label?: string
  },
  secret: RadiusSettings['SharedSecret'],
  { secretFile }: ChangeOptions,
): RadiusSettings {
  const servers = chosen.servers ?? []
  const recommended = recommendedSettings(servers.length)
  const parsed = parseRadiusSettings({
    RadiusServers: servers.filter((server) => !isIPv6(server)),
    RadiusServersIpv6: servers.filter((server) => isIPv6(server)),
    RadiusPort: chosen.port ?? defaults.port,
    RadiusTimeout: chosen.timeout ?? recommended.timeoutSecs,
    RadiusRetries: chosen.retries ?? recommended.retries,
    SharedSecret: secret,
    AuthenticationProtocol: chosen.protocol ?? defaults.protocol,
    DisplayLabel: chosen.label ?? defaults.label,
  })
  if (parsed.ok) return parsed.settings
  throw new VerbError(
    parsed.problems
      .map(({ field, message }) =>
        field === 'SharedSecret'
          ? `the secret in ${secretFile} is outside of AWS's limits: 8 to 512 letters, digits, spaces and punctuation of ASCII`
          : `${field}: ${message}`,
      )
      .join('\n'),
  )
}

function formatPlan(call: Call, { fields }: SettingsPlan, findings: readonly Finding[]): string {
  const rows = fields.map(({ field, before, after }) => {
    const change = before === undefined || before === after ? after : `${before} -> ${after}`
    return `  ${`${field}:`.padEnd(20)}${change}\n`
  })
  return `${call}\n${rows.join('')}\n${formatFindings(findings)}\n`
}

function planJson(call: Call, plan: SettingsPlan, findings: readonly Finding[]) {
  return {
    outcome: 'dry-run',
    call,
    settings: plan.fields.map((field) => ({
      ...field,
      before: field.before ?? null,
      changed: isChanged(field),
    })),
    findings,
  }
}
