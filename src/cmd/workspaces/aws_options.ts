import { confirm, isCancel } from '@clack/prompts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { errorText } from '../../host/error_text.ts'
import { Secret } from '../../host/secret.ts'
import { AwsFailure } from '../../workspaces/aws/aws_failure.ts'
import { type AwsConnection, isLocal } from '../../workspaces/aws/connection.ts'
import { DirectoryService } from '../../workspaces/aws/directory_service.ts'
import { readInput } from '../countersign/input_file.ts'
import { VerbError } from './run_program.ts'

/** How long the verbs wait by default until AWS has probed the proxies. */
export const defaultWaitSecs = 600

/** The exit status of the verbs that ask AWS; 1 for every failure. */
export const exitStatus = {
  done: 0,
  failed: 1,
  warnings: 2,
  stillCreating: 3,
  declined: 4,
} as const

export const exitHelp = `
Exit status:
  0  done
  1  failed: AWS refused, the checks found an error, or the RADIUS status became Failed;
     the last lines say why
  2  nothing was changed by a dry run, and there are warnings
  3  the RADIUS status was still Creating when the time was up
  4  nothing was changed, because it was not confirmed`

export interface AwsOptions extends AwsConnection {
  readonly directory: string
  readonly json: boolean
}

/** The options of every verb that asks AWS about a directory. */
export function awsOptions(command: Command): Command {
  return connectionOptions(command)
    .addOption(
      new Option(
        '--directory <id>',
        'the directory: d- and ten hexadecimal digits; not needed for a simulated one',
      )
        .env('WORKSPACES_DIRECTORY')
        .argParser(readDirectoryId),
    )
    .option('--json', 'print one JSON object, for scripts', false)
    .hook('preAction', async (verb) => {
      const options: Partial<AwsOptions> = verb.opts()
      if (options.directory !== undefined) return
      verb.setOptionValue('directory', await findOnlyDirectory(options))
    })
}

/** A change of the wrong directory locks people out, so the id is left out only where nothing can be lost. */
async function findOnlyDirectory(connection: AwsConnection): Promise<string> {
  if (!isLocal(connection)) {
    throw new VerbError(
      'name the directory with --directory d-… or WORKSPACES_DIRECTORY; its id is in the console of AWS Directory Service',
    )
  }
  let found: readonly string[] = []
  await withAws(connection, async (service) => {
    found = await service.directoryIds()
  })
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) return only
  throw new VerbError(
    only === undefined
      ? `${connection.endpoint} has no directory`
      : `${connection.endpoint} has several directories (${found.join(', ')}); name one with --directory`,
  )
}

function connectionOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--endpoint <url>',
        'address of the API, such as http://127.0.0.1:8480 for the simulated directory',
      )
        .env('WORKSPACES_ENDPOINT')
        .argParser(readUrl),
    )
    .option('--region <region>', 'AWS region (default: that of the AWS configuration)')
    .option('--profile <name>', 'profile of the AWS configuration')
}

/** Runs work with the API of AWS. A failed call becomes a message and exit status 1. */
export async function withAws(
  options: AwsConnection,
  work: (service: DirectoryService) => Promise<void>,
): Promise<void> {
  const service = new DirectoryService(options)
  try {
    await work(service)
  } catch (error) {
    if (error instanceof AwsFailure) throw new VerbError(error.message)
    throw error
  } finally {
    await service.close()
  }
}

/** Reads a secret from a file or from the standard input (`-`); one line break at the end is not part of it. */
export async function readSecretFile(file: string): Promise<Secret> {
  let text: string
  try {
    text = (await readInput(file)).toString('utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new VerbError(`the secret can't be read from ${file}: ${errorText(error)}`)
  }
  if (text === '') throw new VerbError(`${file} is empty; it must contain the shared secret`)
  return new Secret(text)
}

/** Asks before a change. @throws {VerbError} with status 4 without a terminal, unless `--yes` is given. */
export async function isConfirmed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) {
    throw new VerbError(
      `not confirmed: no terminal to ask "${question}"; add --yes`,
      exitStatus.declined,
    )
  }
  const answer = await confirm({ message: question, initialValue: false })
  return !isCancel(answer) && answer
}

/** How often the RADIUS status is read while it is Creating, in milliseconds. */
export function statusPollMs(connection: AwsConnection): number {
  return isLocal(connection) ? 500 : 5_000
}

export function readWithin(limits: { readonly min: number; readonly max: number }) {
  return readNumber(limits.min, limits.max)
}

export function readNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= min && number <= max) return number
    throw new InvalidArgumentError(`expected a number from ${min} to ${max}`)
  }
}

export function readList(text: string, before: readonly string[] = []): readonly string[] {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '')
  return [...before, ...parts]
}

export function readDirectoryId(text: string): string {
  if (/^d-[0-9a-f]{10}$/.test(text)) return text
  throw new InvalidArgumentError('expected d- and ten hexadecimal digits, such as d-926722edaf')
}

function readUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text
  throw new InvalidArgumentError('expected an address such as http://127.0.0.1:8480')
}
