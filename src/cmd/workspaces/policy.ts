import type { Command } from 'commander'
import { workspacesPolicy } from '../../workspaces/aws/iam_policy.ts'
import { json } from '../countersign/output.ts'

/** `workspaces policy` */
export function addPolicyVerb(program: Command): void {
  program
    .command('policy')
    .description('print the IAM policy with the permissions that these verbs need, and no others')
    .option('--directory <id>', 'only this directory', '*')
    .option('--region <region>', 'only this region', '*')
    .option('--account <number>', 'only this account', '*')
    .action(
      ({ directory, region, account }: Record<'directory' | 'region' | 'account', string>) => {
        process.stdout.write(json(workspacesPolicy(directory, { region, account })))
      },
    )
}
