import type { Command } from 'commander'
import { errorText, isFileError } from '../../host/error_text.ts'

/** Thrown if a verb can't do its work; the message says what to do. */
export class VerbError extends Error {
  override readonly name = 'VerbError'
  readonly exitStatus: number

  constructor(message: string, exitStatus = 1) {
    super(message)
    this.exitStatus = exitStatus
  }
}

/** Runs a program. An expected error prints its message and sets the exit status, mostly 1. */
export async function runProgram(program: Command): Promise<void> {
  pointToHelp(program, program.name())
  try {
    await program.parseAsync()
  } catch (error) {
    // a file that the command line names
    if (!(error instanceof VerbError) && !isFileError(error)) throw error
    for (const line of errorText(error).split('\n')) {
      process.stderr.write(`${program.name()}: ${line}\n`)
    }
    process.exitCode = error instanceof VerbError ? error.exitStatus : 1
  }
}

/** Makes each usage error name the help of its own verb. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(see '${path} --help')`)
  for (const verb of command.commands) pointToHelp(verb, `${path} ${verb.name()}`)
}
