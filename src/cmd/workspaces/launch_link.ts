import type { Command } from 'commander'
import { LaunchLinkError, launchLink } from '../../workspaces/guide/launch_link.ts'
import { json } from '../countersign/output.ts'
import { VerbError } from './run_program.ts'

interface LinkOptions {
  readonly code: string
  readonly mfaCode: string
  readonly json: boolean
}

/** `workspaces launch-link` */
export function addLaunchLinkVerb(program: Command): void {
  program
    .command('launch-link [usernames...]')
    .description('print links that open the WorkSpaces client with the MFA code filled in')
    .requiredOption('--code <code>', 'registration code of the directory, such as WSpdx+4RN5ND')
    .option('--mfa-code <code>', 'what the link enters in "MFA Code"', 'push')
    .option('--json', 'print JSON, for scripts', false)
    .action((usernames: readonly string[], { code, mfaCode, json: asJson }: LinkOptions) => {
      const names = usernames.length === 0 ? [undefined] : usernames
      try {
        const links = names.map((username) => ({
          username: username ?? null,
          link: launchLink({ registrationCode: code, username, mfaCode }),
        }))
        process.stdout.write(asJson ? json(links) : links.map(({ link }) => `${link}\n`).join(''))
      } catch (error) {
        if (error instanceof LaunchLinkError) throw new VerbError(error.message)
        throw error
      }
    })
}
