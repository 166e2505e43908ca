import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Command, Option } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { Secret } from '../../host/secret.ts'
import {
  assignListedTokens,
  importTokens,
  importYubikeys,
} from '../../service/administration/acts/token_imports.ts'
import type { RunAct } from '../../service/administration/administration.ts'
import type { HolderAssignments } from '../../service/authenticators/oath/assign_to_holders.ts'
import type { OathAlgorithm } from '../../service/authenticators/oath/oath_code.ts'
import type { CsvTokens } from '../../service/authenticators/token_files/csv_kind.ts'
import {
  detectFormat,
  type TokenFileFormat,
} from '../../service/authenticators/token_files/format.ts'
import { readPskc } from '../../service/authenticators/token_files/pskc.ts'
import {
  type PskcUnlock,
  preSharedKey,
} from '../../service/authenticators/token_files/pskc_protection.ts'
import { readTokenCsv } from '../../service/authenticators/token_files/token_csv.ts'
import type { FileProblem, TokenFile } from '../../service/authenticators/token_files/token_file.ts'
import { TokenFileError } from '../../service/authenticators/token_files/token_file_error.ts'
import type {
  Imported,
  ImportOptions,
  OnDuplicate,
} from '../../service/authenticators/token_files/token_import.ts'
import type { TokenRecord } from '../../service/authenticators/token_files/token_record.ts'
import { readYubikeyCsv } from '../../service/authenticators/token_files/yubikey_csv.ts'
import { DirectoryError } from '../../service/people/user.ts'
import { CommandError, type DataOptions, dataOptions, withStore } from './context.ts'
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

/** The problems of a file, and how to import its valid tokens. */
interface ReadFile {
  readonly problems: readonly FileProblem[]
  /** Values that were read differently from how they are written. */
  readonly notes: readonly FileProblem[]
  readonly count: number
  readonly take: (run: RunAct, options: ImportOptions) => Promise<Taken>
}

type Taken = Imported & HolderAssignments

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
  const { problems, notes, count, take } = await readTokenFile(file, name, options)
  if (!options.json) tellProblems(name, [...notes, ...problems])
  if (problems.length > 0 && !options.skipInvalid) {
    if (options.json) process.stdout.write(json({ imported: 0, problems }))
    throw new CommandError(
      `nothing was imported: ${problems.length} of ${count + problems.length} tokens in ${name} have errors; correct them, or add --skip-invalid to import the others`,
    )
  }
  await withStore(options, async ({ administration, json: asJson }) => {
    const importing: ImportOptions = {
      onDuplicate: duplicatesAre(options),
      progress: formatProgress(count),
    }
    const imported = await rolledBackIf(options.dryRun, (end) =>
      administration.together(async (run) => end(await take(run, importing))),
    ).catch(explained)
    if (!asJson) tellUnassigned(name, imported)
    process.stdout.write(
      asJson
        ? json({
            imported: imported.added.length + imported.replaced.length,
            dry_run: options.dryRun,
            ...imported,
            problems,
            notes,
          })
        : summary(imported, options.dryRun),
    )
  })
}

async function readTokenFile(
  file: string,
  name: string,
  options: ImportVerbOptions,
): Promise<ReadFile> {
  try {
    const octets = await readOctets(file, 'the file')
    const { format = detectFormat(octets) } = options
    refuseForeignOptions(format, options)
    if (format === 'yubikey') {
      const read = readYubikeyCsv(octets)
      return buildTokenFile(read, async (run, importing) => ({
        ...(await run(importYubikeys, { file: name, yubikeys: read.records, options: importing })),
        ...noAssignments,
      }))
    }
    if (format === 'pskc') {
      const unlock = await buildUnlock(options)
      const read = readPskc(octets, { unlock, now: systemClock.now() })
      return buildTokenFile(read, (run, importing) =>
        takeTokens(name, read.records, run, importing),
      )
    }
    const read = readTokenCsv(octets, toCsvTokens(options))
    return {
      ...buildTokenFile(read, (run, importing) => takeTokens(name, read.records, run, importing)),
      notes: read.notes,
    }
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

const noAssignments: HolderAssignments = { assigned: [], unassigned: [] }

function buildTokenFile(
  { records, problems }: TokenFile<unknown>,
  take: ReadFile['take'],
): ReadFile {
  return { problems, notes: [], count: records.length, take }
}

/** Imports tokens, and assigns the new and the replaced ones to the users that the file names. */
async function takeTokens(
  name: string,
  records: readonly TokenRecord[],
  run: RunAct,
  options: ImportOptions,
): Promise<Taken> {
  const imported = await run(importTokens, { file: name, tokens: records, options })
  const taken = new Set([...imported.added, ...imported.replaced])
  const held = records.flatMap(({ kind, serial, username }) =>
    username !== undefined && taken.has(serial) ? [{ kind, serial, username }] : [],
  )
  return { ...imported, ...(await run(assignListedTokens, { tokens: held })) }
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
    return file === '-' ? await standardInput() : await readFile(file)
  } catch (error) {
    throw new CommandError(
      `${what} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Not `readFileSync(0)`, which fails if the pipe is empty at that moment. */
async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

function duplicatesAre({ skip, replace }: ImportVerbOptions): OnDuplicate {
  return replace ? 'replace' : skip ? 'skip' : 'refuse'
}

/** Thrown with the result of a dry run, to roll the transaction back. */
class DryRun extends Error {
  readonly imported: Taken

  constructor(imported: Taken) {
    super('a dry run is not committed')
    this.imported = imported
  }
}

/** A dry run does all the work, to find every problem, and rolls it back. */
async function rolledBackIf(
  dryRun: boolean,
  work: (end: (imported: Taken) => Taken) => Promise<Taken>,
): Promise<Taken> {
  try {
    return await work((imported) => {
      if (dryRun) throw new DryRun(imported)
      return imported
    })
  } catch (error) {
    if (error instanceof DryRun) return error.imported
    throw error
  }
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
function tellUnassigned(name: string, { unassigned }: Taken): void {
  const places = unassigned.map(({ serial, username, reason }) => ({
    where: `${serial} is not assigned to ${username}`,
    what: reason,
  }))
  tellProblems(name, places)
}

function summary({ added, replaced, skipped, assigned, unassigned }: Taken, dryRun: boolean) {
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
