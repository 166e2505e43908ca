import { type Command, Option } from 'commander'
import { editCommand } from '../../workspaces/adviser/retry_checks.ts'
import { retriesOf } from '../../workspaces/adviser/settings_checks.ts'
import { planSettings } from '../../workspaces/adviser/settings_plan.ts'
import { AwsFailure } from '../../workspaces/aws/aws_failure.ts'
import type { DirectoryService } from '../../workspaces/aws/directory_service.ts'
import { exitStatusOf } from '../../workspaces/guide/finding.ts'
import {
  authenticationProtocols,
  radiusSettingsLimits,
} from '../../workspaces/radius_settings/limits.ts'
import type { RadiusSettings } from '../../workspaces/radius_settings/radius_settings.ts'
import { json } from '../countersign/output.ts'
import { type AdviceOptions, adviceOptions, findAdvice, findApplication } from './advice.ts'
import {
  type AwsOptions,
  awsOptions,
  defaultWaitSecs,
  exitHelp,
  exitStatus,
  isConfirmed,
  readList,
  readNumber,
  readSecretFile,
  readWithin,
  withAws,
} from './aws_options.ts'
import { type ChangePlan, formatPlan, planJson } from './change_plan.ts'
import { reportChange } from './change_report.ts'
import { chooseSettings, defaultSettings, type SettingsOptions } from './chosen_settings.ts'
import { VerbError } from './run_program.ts'
import { writeRetries } from './served_application.ts'

interface ChangeOptions extends AdviceOptions, SettingsOptions {
  readonly dryRun: boolean
  readonly yes: boolean
  readonly force: boolean
  readonly wait: number
}

type Call = ChangePlan['call']

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
      `UDP port of the proxies (default: as it is; ${defaultSettings.port} if RADIUS is off)`,
      readWithin(radiusSettingsLimits.RadiusPort),
    )
    .option(
      '--timeout <seconds>',
      'for each attempt (default: as it is; 20 if RADIUS is off)',
      readWithin(radiusSettingsLimits.RadiusTimeout),
    )
    .option(
      '--retries <number>',
      'further attempts (default: as it is; if RADIUS is off, 1 with two servers, 2 with one)',
      readWithin(radiusSettingsLimits.RadiusRetries),
    )
    .addOption(
      new Option(
        '--protocol <name>',
        `protocol (default: as it is; ${defaultSettings.protocol} if RADIUS is off)`,
      ).choices(authenticationProtocols),
    )
    .option(
      '--label <text>',
      `display label; AWS shows it to no user (default: as it is; ${defaultSettings.label} if RADIUS is off)`,
    )
    .option('--dry-run', 'only show what would change, and what the checks find', false)
    .option('--yes', 'do not ask; refuses a change in which the checks find an error', false)
    .option('--force', 'with --yes: change although the checks find an error', false)
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
  const settings = chooseSettings(directory, secret, options)
  const checked = {
    ...settings,
    RadiusServers: [...settings.RadiusServers, ...settings.RadiusServersIpv6],
  }
  const served = await findApplication(options)
  const found = await findAdvice(service, directory, checked, secret, served, options)
  const { call: needed, fields } = planSettings(directory, settings)
  const plan: ChangePlan = {
    call: wanted === 'UpdateRadius' ? wanted : needed,
    fields,
    application: served && {
      before: served,
      after: served.joinsNothing ? undefined : retriesOf(checked),
    },
    // the status before the change says nothing about the settings after it, and the application follows them
    findings: found.filter(({ check }) => check !== 'radius-status' && check !== 'joined-retries'),
  }
  if (!options.json) process.stdout.write(formatPlan(plan, { all: options.dryRun }))
  if (options.dryRun) {
    if (options.json) process.stdout.write(json(planJson(plan)))
    process.exitCode = exitStatusOf(plan.findings)
    return
  }
  refuseErrors(plan, options)
  if (!(await isWanted(wanted, plan, directory.status, options))) {
    process.stdout.write('Nothing was changed\n')
    process.exitCode = exitStatus.declined
    return
  }
  await send(service, plan.call, settings, options)
  await tellApplication(plan, options)
  await reportChange(service, directory, plan.findings, options)
}

/** A change that is known to lock users out must not pass because a script says --yes. @throws {VerbError} */
function refuseErrors({ findings }: ChangePlan, { yes, force }: ChangeOptions): void {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length === 0 || !yes || force) return
  const found = errors.map(({ what }) => `  ${what}`).join('\n')
  throw new VerbError(
    `nothing was changed; the checks found:\n${found}\ncorrect this, or add --force if you know better`,
  )
}

async function isWanted(
  wanted: Call,
  { call, findings }: ChangePlan,
  status: string | undefined,
  { directory, yes }: ChangeOptions,
): Promise<boolean> {
  const hasErrors = findings.some(({ severity }) => severity === 'error')
  if (wanted === call) {
    return await isConfirmed(
      `${hasErrors ? 'The checks found errors. ' : ''}${call} for ${directory}? No one can sign in until AWS has probed the proxies.`,
      yes,
    )
  }
  if (yes) {
    throw new VerbError(
      `RADIUS is already enabled for ${directory} (${status}); change its settings with "workspaces update"`,
    )
  }
  return await isConfirmed('RADIUS is already enabled. Update its settings instead?', false)
}

/** Sends the settings. Another administrator may have enabled RADIUS since the plan was made. */
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
    const question = 'Someone else has enabled RADIUS in the meantime. Update its settings?'
    if (!(await isConfirmed(question, false))) throw error
    await service.update(options.directory, settings)
  }
}

/** Joining is right only if the application knows what AWS was told. */
async function tellApplication(
  { application }: ChangePlan,
  { data }: ChangeOptions,
): Promise<void> {
  if (application?.after === undefined) return
  const { name } = application.before.retries
  try {
    await writeRetries(name, data === undefined ? {} : { data }, application.after)
  } catch (error) {
    if (!(error instanceof VerbError)) throw error
    throw new VerbError(
      `AWS has the settings, but ${name} does not know them: ${error.message}\nrun: ${editCommand(name, application.after)}`,
    )
  }
}
