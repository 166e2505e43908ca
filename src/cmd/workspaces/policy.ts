import { type Command, InvalidArgumentError } from 'commander'
import { workspacesPolicy } from '../../workspaces/aws/iam_policy.ts'
import { json } from '../countersign/output.ts'
import { readDirectoryId } from './aws_options.ts'

/** `workspaces policy` */
export function addPolicyVerb(program: Command): void {
  program
    .command('policy')
    .description('print the IAM policy with the permissions that these verbs need, and no others')
    .option('--directory <id>', 'only this directory (default: all)', readDirectoryId)
    .option('--region <region>', 'only this region (default: all)', readRegion)
    .option('--account <number>', 'only this account (default: all)', readAccount)
    .action(
      ({
        directory = '*',
        region = '*',
        account = '*',
      }: Partial<Record<'directory' | 'region' | 'account', string>>) => {
        process.stdout.write(json(workspacesPolicy(directory, { region, account })))
      },
    )
}

function readRegion(text: string): string {
  if (/^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$/.test(text)) return text
  throw new InvalidArgumentError('expected a region such as eu-west-1')
}

function readAccount(text: string): string {
  if (/^\d{12}$/.test(text)) return text
  throw new InvalidArgumentError('expected the twelve digits of an account')
}
