import { Secret as OathSecret } from 'otpauth'
import { fieldsOf, isTextFormula, readCsv } from './csv.ts'
import { type CsvTokens, kindOf, looksLikeStep } from './csv_kind.ts'
import { type Column, columnsOf, columnsWithoutHeader } from './token_columns.ts'
import { type FileProblem, type Place, readRecords, type TokenFile, textOf } from './token_file.ts'
import { TokenFileError, wrongRecord } from './token_file_error.ts'
import { namesOf, secretOf, serialOf, type TokenRecord, usernameOf } from './token_record.ts'

/** Tokens of a CSV file, and what was read in another way than it is written. */
export interface TokenCsv extends TokenFile<TokenRecord> {
  readonly notes: readonly FileProblem[]
}

/**
 * Reads `serial,secret[,counter]`, for TOTP `serial,secret[,step]`, or the columns that the first
 * line names. Secrets are in hex, or else in base32.
 *
 * @throws {TokenFileError} `TOKEN_FILE_FORM` if the file lists no tokens, or does not say whether
 *   they are HOTP or TOTP tokens.
 */
export function readTokenCsv(octets: Uint8Array, tokens: CsvTokens): TokenCsv {
  const { lines, separator } = readCsv(textOf(octets))
  const header = headerOf(lines[0]?.content ?? '', separator)
  const listed = header === undefined ? lines : lines.slice(1)
  if (listed.length === 0) {
    throw new TokenFileError(
      'TOKEN_FILE_FORM',
      'no tokens stand in the file; a line is serial,secret or serial,secret,counter',
    )
  }
  if (header === undefined && tokens.kind === undefined) refuseSteps(listed, separator)
  const columns = header ?? columnsWithoutHeader
  const read = readRecords(
    listed,
    (line) => recordOf(fieldsOf(line, separator), columns, tokens),
    namesOf,
  )
  return { ...read, notes: formulaNotes(listed, separator) }
}

function headerOf(line: string, separator: string): (Column | undefined)[] | undefined {
  try {
    return columnsOf(fieldsOf(line, separator))
  } catch (error) {
    if (error instanceof TokenFileError) return undefined
    throw error
  }
}

/** One step among counters makes the whole file doubtful, also with `--skip-invalid`. */
function refuseSteps(lines: readonly Place<string>[], separator: string): void {
  for (const { where, content } of lines) {
    const [, , field = ''] = content.split(separator)
    const third = field.replace(/[\s"=]/g, '')
    if (!looksLikeStep(third)) continue
    throw new TokenFileError(
      'TOKEN_FILE_FORM',
      `${where}: the third field is ${third}, which may be the time step of a TOTP token or the counter of a HOTP token; say which: --kind totp-6 or --kind hotp-6 (8 in place of 6 for 8 digits)`,
    )
  }
}

function recordOf(
  fields: readonly string[],
  columns: readonly (Column | undefined)[],
  tokens: CsvTokens,
): TokenRecord {
  if (fields.slice(columns.length).some((field) => field !== '')) {
    throw wrongRecord(`there are ${fields.length} fields, and ${columns.length} at most are known`)
  }
  const field = (column: Column): string => fields[columns.indexOf(column)] ?? ''
  const username = field('username')
  return {
    serial: serialOf(field('serial')),
    ...kindOf(field, tokens, { timeBased: isTimeBased(columns) }),
    secret: secretOf(secretOctets(field('secret'))),
    drift: 0,
    expires: undefined,
    ...(username === '' ? {} : { username: usernameOf(username) }),
  }
}

/** A header with a time step and without a counter is that of TOTP tokens. */
function isTimeBased(columns: readonly (Column | undefined)[]): boolean {
  return columns.includes('step') && !columns.includes('counter')
}

function formulaNotes(lines: readonly Place<string>[], separator: string): FileProblem[] {
  return lines
    .filter(({ content }) => content.split(separator).some(isTextFormula))
    .map(({ where }) => ({
      where,
      what: '="…" is a formula of a spreadsheet; what stands in its quotes was read as text',
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
