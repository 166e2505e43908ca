import type { Command } from 'commander'

/** Thrown if a verb can't do its work; the message says what to do. */
export class VerbError extends Error {
  override readonly name = 'VerbError'
}

/** Runs a program. An expected error prints its message and sets exit status 1. */
export async function runProgram(program: Command): Promise<void> {
  pointToHelp(program, program.name())
  try {
    await program.parseAsync()
  } catch (error) {
    if (!(error instanceof VerbError)) throw error
    for (const line of error.message.split('\n')) {
      process.stderr.write(`${program.name()}: ${line}\n`)
    }
    process.exitCode = 1
  }
}

/** Makes each usage error name the help of its own verb. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(see '${path} --help')`)
  for (const verb of command.commands) pointToHelp(verb, `${path} ${verb.name()}`)
}
