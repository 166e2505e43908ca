import { Command } from 'commander'
import { version } from '../../host/version.ts'
import { addCalibrateVerb } from './calibrate.ts'
import { addDirectoryVerb } from './directory.ts'
import { addLoginVerb } from './login.ts'

/** The verbs, in the order of the help text. */
const verbs: readonly ((program: Command) => void)[] = [
  addDirectoryVerb,
  addLoginVerb,
  addCalibrateVerb,
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
