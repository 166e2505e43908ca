import { Command } from 'commander'
import { version } from '../../host/version.ts'
import { addAdviseVerb } from './advise.ts'
import { addBrandingVerb } from './branding.ts'
import { addCalibrateVerb } from './calibrate.ts'
import { addDescribeVerb } from './describe.ts'
import { addDirectoryVerb } from './directory.ts'
import { addDisableVerb } from './disable.ts'
import { addEnableVerbs } from './enable.ts'
import { addLaunchLinkVerb } from './launch_link.ts'
import { addLoginVerb } from './login.ts'
import { addPolicyVerb } from './policy.ts'
import { addRotateSecretVerb } from './rotate_secret.ts'

/** The verbs, in the order of the help text. */
const verbs: readonly ((program: Command) => void)[] = [
  addDirectoryVerb,
  addLoginVerb,
  addCalibrateVerb,
  addEnableVerbs,
  addDisableVerb,
  addDescribeVerb,
  addAdviseVerb,
  addRotateSecretVerb,
  addPolicyVerb,
  addLaunchLinkVerb,
  addBrandingVerb,
]

/** The program `workspaces` with all its verbs. */
export function workspacesProgram(): Command {
  const program = new Command('workspaces')
    .description(
      'Amazon WorkSpaces: a simulated directory with RADIUS, and set-up of the real one.',
    )
    .version(version)
  for (const addVerb of verbs) addVerb(program)
  return program
}
