import { Secret as OathSecret } from 'otpauth'
import { isTextFormula, readCsv, splitFields } from './csv.ts'
import { type CsvTokens, looksLikeStep, looksTimeBased, parseKind } from './csv_kind.ts'
import { type Column, columnsWithoutHeader, type Header, parseColumns } from './token_columns.ts'
import {
  decodeText,
  type FileProblem,
  type Place,
  readRecords,
  type TokenFile,
} from './token_file.ts'
import { TokenFileError, wrongRecord } from './token_file_error.ts'
import {
  parseSecret,
  parseSerial,
  parseUsername,
  type TokenRecord,
  tokenNames,
} from './token_record.ts'

/** Tokens of a CSV file, and notes on fields that were converted. */
export interface TokenCsv extends TokenFile<TokenRecord> {
  readonly notes: readonly FileProblem[]
}

/**
 * Reads `serial,secret[,counter]`, for TOTP `serial,secret[,step]`, or the columns that the first
 * line names. Secrets are in hex, or else in base32.
 *
 * @throws {TokenFileError} `TOKEN_FILE_FORM` if the file lists no tokens, or if it is unclear whether they
 *   are HOTP or TOTP tokens.
 */
export function readTokenCsv(octets: Uint8Array, tokens: CsvTokens): TokenCsv {
  const { lines, separator } = readCsv(decodeText(octets))
  const header = readHeader(lines[0]?.content ?? '', separator)
  const listed = header === undefined ? lines : lines.slice(1)
  if (listed.length === 0) {
    throw new TokenFileError(
      'TOKEN_FILE_FORM',
      'the file lists no tokens; a line is serial,secret or serial,secret,counter',
    )
  }
  if (tokens.kind === undefined) refuseDoubtfulKind(listed, separator, header)
  const read = readRecords(
    listed,
    (line) => toRecord(splitFields(line, separator), header, tokens),
    tokenNames,
  )
  return { ...read, notes: formulaNotes(listed, separator) }
}

function readHeader(line: string, separator: string): Header | undefined {
  let fields: string[]
  try {
    fields = splitFields(line, separator)
  } catch (error) {
    // `readRecords` reports it with the problems of the other lines
    if (error instanceof TokenFileError) return undefined
    throw error
  }
  return parseColumns(fields)
}

/**
 * Refuses a file that may list TOTP tokens without stating it: by the third field of a file without
 * a header, or by a column with an unknown name. One such field makes the whole file ambiguous, also
 * with `--skip-invalid`.
 */
function refuseDoubtfulKind(
  lines: readonly Place<string>[],
  separator: string,
  header: Header | undefined,
): void {
  const rows = lines.map(({ where, content }) => ({
    where,
    fields: content.split(separator).map((field) => field.replace(/[\s"=]/g, '')),
  }))
  if (header === undefined) {
    const doubtful = rows.find(({ fields }) => looksLikeStep(fields[2] ?? ''))
    if (doubtful !== undefined) throw mayBeStep(`${doubtful.where}: the third field`)
    return
  }
  if (header.kind !== undefined || header.columns.some(saysKind)) return
  for (const [index, named] of header.columns.entries()) {
    if (named !== undefined) continue
    const fields = rows.map((row) => row.fields[index] ?? '').filter((field) => field !== '')
    if (fields.length > 0 && fields.every(looksLikeStep)) throw mayBeStep(`column ${index + 1}`)
    if (fields.some(looksTimeBased)) throw mayBeTotp(index + 1)
  }
}

function saysKind(column: Column | undefined): boolean {
  return column === 'kind' || column === 'step' || column === 'counter'
}

function mayBeStep(what: string): TokenFileError {
  return new TokenFileError(
    'TOKEN_FILE_FORM',
    `${what} may be the time step of a TOTP token (30, 60, 90 or 120) or the counter of an HOTP token; say which: --kind totp-6 or --kind hotp-6 (8 in place of 6 for 8 digits)`,
  )
}

function mayBeTotp(column: number): TokenFileError {
  return new TokenFileError(
    'TOKEN_FILE_FORM',
    `column ${column} may say that these are TOTP tokens; name the column type, or say the kind: --kind totp-6 or --kind hotp-6 (8 in place of 6 for 8 digits)`,
  )
}

function toRecord(
  fields: readonly string[],
  header: Header | undefined,
  tokens: CsvTokens,
): TokenRecord {
  const columns = header?.columns ?? columnsWithoutHeader
  if (fields.slice(columns.length).some((field) => field !== '')) {
    throw wrongRecord(
      `the line has ${fields.length} fields, but at most ${columns.length} are known; name the columns in the first line`,
    )
  }
  const field = (column: Column): string => fields[columns.indexOf(column)] ?? ''
  const username = field('username')
  return {
    serial: parseSerial(field('serial')),
    ...parseKind(field, tokens, header),
    secret: parseSecret(secretOctets(field('secret'))),
    drift: 0,
    expires: undefined,
    ...(username === '' ? {} : { username: parseUsername(username) }),
  }
}

function formulaNotes(lines: readonly Place<string>[], separator: string): FileProblem[] {
  return lines
    .filter(({ content }) => content.split(separator).some(isTextFormula))
    .map(({ where }) => ({
      where,
      what: '="…" is a formula of a spreadsheet; the text in its quotes was read',
    }))
}

function secretOctets(text: string): Uint8Array {
  const bare = text.replace(/[\s:-]/g, '')
  if (bare === '') throw wrongRecord('the secret is missing; a line is serial,secret[,counter]')
  if (/^\d[.,]\d+E\+\d+$/i.test(bare)) {
    throw wrongRecord('a spreadsheet has rounded the secret; format that column as text')
  }
  if (/^(0x)?([0-9a-f]{2})+$/i.test(bare)) return Buffer.from(bare.replace(/^0x/i, ''), 'hex')
  if (/^[0-9a-f]+$/i.test(bare)) throw wrongRecord('the secret has an odd number of hex digits')
  if (/^[a-z2-7]+=*$/i.test(bare)) {
    return OathSecret.fromBase32(bare.replace(/=+$/, '').toUpperCase()).bytes
  }
  throw wrongRecord('the secret is neither hex nor base32')
}
