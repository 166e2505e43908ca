import type { Command } from 'commander'
import { json } from '../countersign/output.ts'
import {
  type AwsOptions,
  awsOptions,
  exitHelp,
  exitStatus,
  isConfirmed,
  withAws,
} from './aws_options.ts'
import { directoryJson } from './describe.ts'

/** `workspaces disable` */
export function addDisableVerb(program: Command): void {
  awsOptions(program.command('disable'))
    .description('turn MFA off: from then on the password alone is enough')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', exitHelp)
    .action(async (options: AwsOptions & { readonly yes: boolean }) => {
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
