import type { Command } from 'commander'

/**
 * Ends the program with a status of its own after a wrong call, whose message commander has printed.
 * Subcommands that are added later do the same.
 *
 * @param status Must not be one that means something else.
 */
export function exitOnUsageError(program: Command, status: number): Command {
  return program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : status))
}
