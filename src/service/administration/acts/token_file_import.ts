import type { HolderAssignments } from '../../authenticators/oath/assign_to_holders.ts'
import { OathTokens } from '../../authenticators/oath/oath_tokens.ts'
import { findSharedSecrets, type SharedSecret } from '../../authenticators/oath/shared_secrets.ts'
import type { CsvTokens } from '../../authenticators/token_files/csv_kind.ts'
import { detectFormat, type TokenFileFormat } from '../../authenticators/token_files/format.ts'
import { readPskc } from '../../authenticators/token_files/pskc.ts'
import type { PskcUnlock } from '../../authenticators/token_files/pskc_protection.ts'
import { readTokenCsv } from '../../authenticators/token_files/token_csv.ts'
import type { FileProblem, TokenFile } from '../../authenticators/token_files/token_file.ts'
import type { Imported, ImportOptions } from '../../authenticators/token_files/token_import.ts'
import type { TokenRecord } from '../../authenticators/token_files/token_record.ts'
import { readYubikeyCsv } from '../../authenticators/token_files/yubikey_csv.ts'
import type { Store } from '../../store/store.ts'
import type { Administration, RunAct } from '../administration.ts'
import { assignListedTokens, importTokens, importYubikeys } from './token_imports.ts'

/** The tokens of an imported file, by result. */
export type TakenTokens = Imported & HolderAssignments

/** A file of hardware tokens that was read, and how to import its valid tokens. */
export interface ReadTokenFile {
  readonly format: TokenFileFormat
  readonly problems: readonly FileProblem[]
  /** Values that were read differently from how they are written. */
  readonly notes: readonly FileProblem[]
  /** The valid tokens. */
  readonly count: number
  readonly take: (run: RunAct, options: ImportOptions) => Promise<TakenTokens>
  /** The tokens whose secret another token has too; ask before the import. */
  readonly sharedSecrets: (store: Store) => Promise<readonly SharedSecret[]>
}

export interface TokenFileOptions {
  /** Detected if absent. */
  readonly format?: TokenFileFormat | undefined
  /** What a CSV file does not say about its tokens. */
  readonly csv: CsvTokens
  /** Unlocks an encrypted PSKC file. */
  readonly unlock?: PskcUnlock | undefined
  readonly now: number
}

/**
 * Reads a file of hardware tokens.
 *
 * @param name The name of the file, for the administrator log.
 * @throws {TokenFileError} if no token of it can be read.
 */
export function readTokenFile(
  octets: Uint8Array,
  name: string,
  { format = detectFormat(octets), csv, unlock, now }: TokenFileOptions,
): ReadTokenFile {
  switch (format) {
    case 'yubikey': {
      const read = readYubikeyCsv(octets)
      return {
        ...describe(format, read, []),
        take: async (run, options) => {
          const input = { file: name, yubikeys: read.records, options }
          return { ...(await run(importYubikeys, input)), assigned: [], unassigned: [] }
        },
        // the public identity of a YubiKey is unique
        sharedSecrets: async () => [],
      }
    }
    case 'pskc': {
      const read = readPskc(octets, { unlock, now })
      return { ...describe(format, read, []), ...oathTokens(name, read.records) }
    }
    case 'csv': {
      const read = readTokenCsv(octets, csv)
      return { ...describe(format, read, read.notes), ...oathTokens(name, read.records) }
    }
  }
}

/**
 * Imports the valid tokens of a file in one transaction.
 *
 * @param options.dryRun Does all the work, to find every problem, and rolls it back.
 * @throws {DirectoryError} As `OathTokens.import`.
 */
export async function importTokenFile(
  administration: Administration,
  file: ReadTokenFile,
  { dryRun, ...options }: ImportOptions & { readonly dryRun: boolean },
): Promise<TakenTokens> {
  try {
    return await administration.together(async (run) => {
      const taken = await file.take(run, options)
      if (dryRun) throw new DryRun(taken)
      return taken
    })
  } catch (error) {
    if (error instanceof DryRun) return error.taken
    throw error
  }
}

/** Thrown with the result of a dry run, to roll the transaction back. */
class DryRun extends Error {
  readonly taken: TakenTokens

  constructor(taken: TakenTokens) {
    super('a dry run is not committed')
    this.taken = taken
  }
}

function describe(
  format: TokenFileFormat,
  { records, problems }: TokenFile<unknown>,
  notes: readonly FileProblem[],
): Pick<ReadTokenFile, 'format' | 'problems' | 'notes' | 'count'> {
  return { format, problems, notes, count: records.length }
}

function oathTokens(
  name: string,
  records: readonly TokenRecord[],
): Pick<ReadTokenFile, 'take' | 'sharedSecrets'> {
  return {
    take: (run, options) => take(name, records, run, options),
    sharedSecrets: (store) => findSharedSecrets(records, new OathTokens(store), store.db),
  }
}

/** Imports tokens, and assigns the new and the replaced ones to the users that the file names. */
async function take(
  name: string,
  records: readonly TokenRecord[],
  run: RunAct,
  options: ImportOptions,
): Promise<TakenTokens> {
  const imported = await run(importTokens, { file: name, tokens: records, options })
  const taken = new Set([...imported.added, ...imported.replaced])
  const held = records.flatMap(({ kind, serial, username }) =>
    username !== undefined && taken.has(serial) ? [{ kind, serial, username }] : [],
  )
  return { ...imported, ...(await run(assignListedTokens, { tokens: held })) }
}
