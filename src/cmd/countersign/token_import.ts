import { basename } from 'node:path'
import { type Command, Option } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { errorText } from '../../host/error_text.ts'
import { Secret } from '../../host/secret.ts'
import {
  importTokenFile,
  type ReadTokenFile,
  readTokenFile,
  type TakenTokens,
} from '../../service/administration/acts/token_file_import.ts'
import type { OathAlgorithm } from '../../service/authenticators/oath/oath_code.ts'
import type { SharedSecret } from '../../service/authenticators/oath/shared_secrets.ts'
import type { CsvTokens } from '../../service/authenticators/token_files/csv_kind.ts'
import {
  detectFormat,
  type TokenFileFormat,
} from '../../service/authenticators/token_files/format.ts'
import {
  type PskcUnlock,
  preSharedKey,
} from '../../service/authenticators/token_files/pskc_protection.ts'
import type { FileProblem } from '../../service/authenticators/token_files/token_file.ts'
import { TokenFileError } from '../../service/authenticators/token_files/token_file_error.ts'
import type { OnDuplicate } from '../../service/authenticators/token_files/token_import.ts'
import { DirectoryError } from '../../service/people/user.ts'
import { CommandError, type DataOptions, dataOptions, withStore } from './context.ts'
import { readInput } from './input_file.ts'
import { json } from './output.ts'

interface ImportVerbOptions extends DataOptions {
  readonly format?: TokenFileFormat
  readonly kind?: string
  readonly step?: string
  readonly algorithm?: OathAlgorithm
  readonly keyFile?: string
  readonly passwordFile?: string
  readonly skip: boolean
  readonly replace: boolean
  readonly skipInvalid: boolean
  readonly dryRun: boolean
}

const maxProblems = 50
const defaultStepSecs = 30

/** `countersign token import` */
export function addTokenImportVerb(token: Command): void {
  dataOptions(token.command('import <file>'))
    .description('import hardware tokens from a file, - for standard input')
    .addOption(
      new Option('--format <format>', 'format of the file (default: detected)').choices([
        'csv',
        'pskc',
        'yubikey',
      ]),
    )
    .addOption(
      new Option(
        '--kind <kind>',
        'kind of the tokens in a CSV file (default: from its columns, else "hotp-6")',
      ).choices(['hotp-6', 'hotp-8', 'totp-6', 'totp-8']),
    )
    .addOption(
      new Option('--step <seconds>', 'time step (TOTP in a CSV file; default: "30")').choices([
        '30',
        '60',
      ]),
    )
    .addOption(
      new Option('--algorithm <name>', 'hash (CSV file; default: "SHA1")').choices([
        'SHA1',
        'SHA256',
        'SHA512',
      ]),
    )
    .option('--key-file <file>', 'pre-shared key that a PSKC file is encrypted with')
    .option('--password-file <file>', 'password that a PSKC file is encrypted with')
    .addOption(
      new Option('--skip', 'keep tokens unchanged if their serial already exists')
        .conflicts('replace')
        .default(false),
    )
    .option('--replace', 'replace tokens whose serial already exists; they stay assigned', false)
    .option('--skip-invalid', 'skip tokens with errors, and import the others', false)
    .option('--dry-run', 'only print what the import would change', false)
    .action(importFile)
}

async function importFile(file: string, options: ImportVerbOptions): Promise<void> {
  const name = file === '-' ? 'standard input' : basename(file)
  const read = await readFileFor(file, name, options)
  const { problems, notes, count } = read
  if (!options.json) tellProblems(name, [...notes, ...problems])
  if (problems.length > 0 && !options.skipInvalid) {
    if (options.json) process.stdout.write(json({ imported: 0, problems }))
    throw new CommandError(
      `nothing was imported: ${problems.length} of ${count + problems.length} tokens in ${name} have errors; correct them, or add --skip-invalid to import the others`,
    )
  }
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const shared = await read.sharedSecrets(store)
    if (!asJson) tellProblems(name, shared.map(toWarning))
    const imported = await importTokenFile(administration, read, {
      onDuplicate: duplicatesAre(options),
      progress: formatProgress(count),
      dryRun: options.dryRun,
    }).catch(explained)
    if (!asJson) tellUnassigned(name, imported)
    process.stdout.write(
      asJson
        ? json({
            imported: imported.added.length + imported.replaced.length,
            dry_run: options.dryRun,
            ...imported,
            problems,
            notes,
            shared_secrets: shared,
          })
        : summary(imported, options.dryRun),
    )
  })
}

/** Each of the two tokens would accept the passcodes of the other. */
function toWarning({ serial, other }: SharedSecret): FileProblem {
  return { where: `token ${serial}`, what: `warning: token ${other} has the same secret` }
}

async function readFileFor(
  file: string,
  name: string,
  options: ImportVerbOptions,
): Promise<ReadTokenFile> {
  try {
    const octets = await readOctets(file, 'the file')
    const { format = detectFormat(octets) } = options
    refuseForeignOptions(format, options)
    const csv = toCsvTokens(options)
    const unlock = await buildUnlock(options)
    return readTokenFile(octets, name, { format, csv, unlock, now: systemClock.now() })
  } catch (error) {
    if (!(error instanceof TokenFileError)) throw error
    const hint =
      error.code === 'TOKEN_FILE_KEY_NEEDED'
        ? ' by --key-file'
        : error.code === 'TOKEN_FILE_PASSWORD_NEEDED'
          ? ' by --password-file'
          : ''
    throw new CommandError(`${name}: ${error.message}${hint}`)
  }
}

/** Refuses options that this format does not use: they are meant for a different file. */
function refuseForeignOptions(format: TokenFileFormat, options: ImportVerbOptions): void {
  const { kind, step, algorithm, keyFile, passwordFile } = options
  if (format !== 'csv' && (kind ?? step ?? algorithm) !== undefined) {
    throw new CommandError(
      '--kind, --step and --algorithm are for CSV files; this file contains these values',
    )
  }
  if (format !== 'pskc' && (keyFile ?? passwordFile) !== undefined) {
    throw new CommandError('--key-file and --password-file are for PSKC files; this is not one')
  }
}

function toCsvTokens({ kind, step, algorithm }: ImportVerbOptions): CsvTokens {
  if (step !== undefined && kind?.startsWith('totp') !== true) {
    throw new CommandError('--step is for TOTP tokens; add --kind totp-6 or --kind totp-8')
  }
  return {
    kind: kind === undefined ? undefined : kind.startsWith('totp') ? 'totp' : 'hotp',
    digits: kind === undefined ? undefined : kind.endsWith('8') ? 8 : 6,
    algorithm,
    stepSecs: Number(step ?? defaultStepSecs),
  }
}

/** From files, because every user of the machine can read the arguments of a process. */
async function buildUnlock({
  keyFile,
  passwordFile,
}: ImportVerbOptions): Promise<PskcUnlock | undefined> {
  if (keyFile !== undefined) return preSharedKey(await readOctets(keyFile, '--key-file'))
  if (passwordFile === undefined) return undefined
  const text = (await readOctets(passwordFile, '--password-file')).toString('utf8')
  return { kind: 'password', password: new Secret(text.replace(/\r?\n$/, '')) }
}

async function readOctets(file: string, what: string): Promise<Buffer> {
  try {
    return await readInput(file)
  } catch (error) {
    throw new CommandError(`${what} can't be read: ${errorText(error)}`)
  }
}

function duplicatesAre({ skip, replace }: ImportVerbOptions): OnDuplicate {
  return replace ? 'replace' : skip ? 'skip' : 'refuse'
}

function explained(error: unknown): never {
  if (error instanceof DirectoryError && error.code === 'DIRECTORY_SERIAL_TAKEN') {
    throw new CommandError(
      `nothing was imported: ${error.message}; add --skip to keep these unchanged, or --replace`,
    )
  }
  throw error
}

function tellProblems(name: string, problems: readonly FileProblem[]): void {
  for (const { where, what } of problems.slice(0, maxProblems)) {
    process.stderr.write(`${name}: ${where}: ${what}\n`)
  }
  const more = problems.length - maxProblems
  if (more > 0) process.stderr.write(`${name}: and ${more} more; --json lists all\n`)
}

/** Progress for a terminal; none for scripts. */
function formatProgress(count: number): ((done: number) => void) | undefined {
  const { stderr } = process
  if (!stderr.isTTY) return undefined
  return (done) => stderr.write(done < count ? `\r${done} of ${count} ` : '\r\u001b[K')
}

/** Prints the users in the file whose tokens could not be assigned. */
function tellUnassigned(name: string, { unassigned }: TakenTokens): void {
  const places = unassigned.map(({ serial, username, reason }) => ({
    where: `${serial} is not assigned to ${username}`,
    what: reason,
  }))
  tellProblems(name, places)
}

function summary({ added, replaced, skipped, assigned, unassigned }: TakenTokens, dryRun: boolean) {
  const counts = [
    `${added.length} added`,
    ...(replaced.length > 0 ? [`${replaced.length} replaced`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped because they already exist`] : []),
    ...(assigned.length > 0 ? [`${assigned.length} assigned to their users`] : []),
    ...(unassigned.length > 0 ? [`${unassigned.length} not assigned`] : []),
  ].join(', ')
  if (dryRun) return `dry run: ${counts}; nothing was changed\n`
  const hint = `Assign one: countersign token assign ${added[0] ?? 'SERIAL'} USERNAME\n`
  return `imported: ${counts}\n${assigned.length > 0 ? '' : hint}`
}
