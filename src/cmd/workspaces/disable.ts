import type { Command } from 'commander'
import { json } from '../countersign/output.ts'
import { type AwsOptions, awsOptions, exitStatus, isConfirmed, withAws } from './aws_options.ts'
import { directoryJson, formatDirectory } from './describe.ts'

interface DisableOptions extends AwsOptions {
  readonly dryRun: boolean
  readonly yes: boolean
}

const help = `
Exit status:
  0  done, or RADIUS was not enabled
  1  failed: AWS refused
  4  nothing was changed, because it was not confirmed`

/** `workspaces disable` */
export function addDisableVerb(program: Command): void {
  awsOptions(program.command('disable'))
    .description('turn MFA off: from then on the password alone is enough')
    .option('--dry-run', 'only show what AWS would forget', false)
    .option('--yes', 'do not ask', false)
    .addHelpText('after', help)
    .action(async (options: DisableOptions) => {
      await withAws(options, async (service) => {
        const before = await service.describe(options.directory)
        if (before.status === undefined) {
          process.stdout.write(
            options.json
              ? json({ outcome: 'unchanged', directory: directoryJson(before) })
              : `RADIUS is not enabled for ${options.directory}; nothing was changed\n`,
          )
          return
        }
        if (options.dryRun) {
          process.stdout.write(
            options.json
              ? json({ outcome: 'dry-run', directory: directoryJson(before) })
              : `DisableRadius\n${formatDirectory(before)}\nNothing was changed: AWS would forget these settings and the secret\n`,
          )
          return
        }
        const question = `Turn MFA off for every user of ${options.directory}? AWS forgets the settings.`
        if (!(await isConfirmed(question, options.yes))) {
          process.stdout.write('Nothing was changed\n')
          process.exitCode = exitStatus.declined
          return
        }
        await service.disable(options.directory)
        const directory = await service.describe(options.directory)
        process.stdout.write(
          options.json
            ? json({ outcome: 'disabled', directory: directoryJson(directory) })
            : `Disabled: ${options.directory} asks for the password alone\n`,
        )
      })
    })
}
