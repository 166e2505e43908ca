import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { ProtectedValueError } from '../../proxy/sections/protected_value.ts'
import { ProxyFileError } from '../../workspaces/adviser/proxy_file.ts'
import { type RotationOutcome, SecretRotation } from '../../workspaces/adviser/rotation.ts'
import { RotationStore } from '../../workspaces/adviser/rotation_state.ts'
import type { DirectoryService } from '../../workspaces/aws/directory_service.ts'
import { json } from '../countersign/output.ts'
import {
  type AwsOptions,
  awsOptions,
  defaultWaitSecs,
  exitStatus,
  isConfirmed,
  readList,
  readNumber,
  statusPollMs,
  withAws,
} from './aws_options.ts'
import { LocalProxies } from './rotation_files.ts'
import { VerbError } from './run_program.ts'

interface RotateOptions extends AwsOptions {
  readonly cfg: readonly string[]
  readonly resume: boolean
  readonly othersReady: boolean
  readonly yes: boolean
  readonly wait: number
  readonly verify: number
}

const help = `
Exit status:
  0  the new secret is in force everywhere, and the previous one is removed
  1  failed; if AWS refused the new secret, everything is as before
  3  interrupted: nothing is lost, both secrets are accepted; run it again with --resume
  4  nothing was changed, because it was not confirmed`

const defaultVerifySecs = 120

/** `workspaces rotate-secret` */
export function addRotateSecretVerb(program: Command): void {
  awsOptions(program.command('rotate-secret'))
    .description('replace the shared secret of AWS and of the proxies, without an interruption')
    .requiredOption(
      '--cfg <file>',
      'authproxy.cfg of a proxy on this machine; repeat it for each',
      readList,
    )
    .option('--resume', 'continue a rotation that was interrupted', false)
    .option(
      '--others-ready',
      'the proxies on other machines have the file with both secrets',
      false,
    )
    .option('--yes', 'do not ask', false)
    .option('--wait <seconds>', 'how long to wait for AWS', readNumber(1, 3600), defaultWaitSecs)
    .option(
      '--verify <seconds>',
      'how long to wait until every controller was seen with the new secret',
      readNumber(0, 86_400),
      defaultVerifySecs,
    )
    .addHelpText('after', help)
    .action(async (options: RotateOptions) => {
      await withAws(options, (service) => rotate(service, options))
    })
}

async function rotate(service: DirectoryService, options: RotateOptions): Promise<void> {
  const [cfg = ''] = options.cfg
  const store = new RotationStore(cfg)
  const state = store.read()
  if (state !== undefined && !options.resume) {
    throw new VerbError(`a rotation was interrupted (${store.file}); continue it with --resume`)
  }
  if (state === undefined && options.resume)
    throw new VerbError(
      `there is no interrupted rotation (${store.file}); start one without --resume`,
    )
  if (state !== undefined && state.directoryId !== options.directory) {
    throw new VerbError(
      `${store.file} belongs to a rotation of ${state.directoryId}; resume that one with --directory ${state.directoryId}`,
    )
  }
  const { status, controllers, radius } = await service.describe(options.directory)
  if (status === undefined) throw new VerbError(`RADIUS is not enabled for ${options.directory}`)
  const question = `Replace the shared secret of ${options.directory}? AWS probes the proxies again; until then, no one can sign in.`
  if (!(await isConfirmed(question, options.yes))) {
    process.exitCode = exitStatus.declined
    return
  }
  const say = (line: string): boolean => process.stderr.write(`${line}\n`)
  const others = (radius?.servers.length ?? 0) > options.cfg.length
  const files = new LocalProxies(options.cfg, controllers)
  const rotation = new SecretRotation(service, files, store, {
    limitMs: options.wait * 1000,
    verifyMs: options.verify * 1000,
    pollMs: statusPollMs(options),
    now: () => performance.now(),
    date: () => systemClock.now(),
    sleep: (ms) => sleep(ms),
    say,
    othersAreReady: async () => {
      if (!others || options.othersReady) return true
      say(`    AWS has ${radius?.servers.length} servers, and other machines run some of them.`)
      for (const line of files.instructions()) say(`    ${line}`)
      say('    Run authproxyctl reload there, then continue with --resume --others-ready.')
      return process.stdin.isTTY
        ? await isConfirmed('Do the other proxies have both secrets?', false)
        : false
    },
  })
  try {
    report(await rotation.run(options.directory), options)
  } catch (error) {
    if (error instanceof ProxyFileError || error instanceof ProtectedValueError)
      throw new VerbError(error.message)
    throw error
  }
}

function report(outcome: RotationOutcome, { json: asJson }: RotateOptions): void {
  const { kind } = outcome
  const because = kind === 'done' ? null : outcome.because
  const words = {
    done: 'The secret is replaced. The application in the Admin Panel still has the former one: reset it there before you download authproxy.cfg again',
    interrupted: `Interrupted: ${because}. Nothing is lost, both secrets are accepted; continue with --resume`,
    'rolled-back': `Rolled back: ${because}. Run "workspaces advise"`,
  }[kind]
  process.stdout.write(asJson ? json({ outcome: kind, because }) : `${words}\n`)
  const { done, stillCreating, failed } = exitStatus
  process.exitCode = { done, interrupted: stillCreating, 'rolled-back': failed }[kind]
}
