import { Secret as OathSecret } from 'otpauth'
import { fieldsOf, readCsv } from './csv.ts'
import { readRecords, type TokenFile, textOf } from './token_file.ts'
import { TokenFileError, wrongRecord } from './token_file_error.ts'
import { counterOf, namesOf, secretOf, serialOf, stepOf, type TokenRecord } from './token_record.ts'

/** What a CSV file leaves to be said: it is the same for all tokens in it. */
export type CsvTokens = Pick<TokenRecord, 'kind' | 'digits' | 'algorithm' | 'stepSecs'>

type Column = 'serial' | 'secret' | 'moving'

const withoutHeader: readonly Column[] = ['serial', 'secret', 'moving']

/** What the columns are called, in the files of several vendors. */
const headers: readonly (readonly [RegExp, Column])[] = [
  [/^serial/i, 'serial'],
  [/secret|seed|^key$/i, 'secret'],
  [/counter|moving|step|interval|period/i, 'moving'],
]

/**
 * Reads the vendor's form: `serial,secret[,counter]`, for TOTP `serial,secret[,step]`. Secrets are
 * in hex, or else in base32.
 *
 * @throws {TokenFileError} where it is no such file at all.
 */
export function readTokenCsv(octets: Uint8Array, tokens: CsvTokens): TokenFile<TokenRecord> {
  const { lines, separator } = readCsv(textOf(octets))
  const header = headerOf(lines[0]?.content ?? '', separator)
  const listed = header === undefined ? lines : lines.slice(1)
  if (listed.length === 0) {
    throw new TokenFileError(
      'TOKEN_FILE_FORM',
      'no tokens stand in the file; a line is serial,secret or serial,secret,counter',
    )
  }
  const columns = header ?? withoutHeader
  return readRecords(
    listed,
    (line) => recordOf(fieldsOf(line, separator), columns, tokens),
    namesOf,
  )
}

/** The columns that the first line names; `undefined` where it is a token already. */
function headerOf(line: string, separator: string): (Column | undefined)[] | undefined {
  const named = line
    .split(separator)
    .map((field) => field.replace(/^[ "]+|[ "]+$/g, ''))
    .map((field) => headers.find(([pattern]) => pattern.test(field))?.[1])
  return named.includes('serial') && named.includes('secret') ? named : undefined
}

function recordOf(
  fields: readonly string[],
  columns: readonly (Column | undefined)[],
  { kind, digits, algorithm, stepSecs }: CsvTokens,
): TokenRecord {
  if (fields.slice(columns.length).some((field) => field !== '')) {
    throw wrongRecord(`there are ${fields.length} fields, and ${columns.length} at most are known`)
  }
  const field = (column: Column): string => fields[columns.indexOf(column)] ?? ''
  const moving = field('moving')
  return {
    serial: serialOf(field('serial')),
    kind,
    digits,
    algorithm,
    stepSecs: kind === 'totp' && moving !== '' ? stepOf(moving) : stepSecs,
    secret: secretOf(secretOctets(field('secret'))),
    counter: kind === 'hotp' ? counterOf(moving) : 0,
    drift: 0,
    expires: undefined,
  }
}

function secretOctets(text: string): Uint8Array {
  const bare = text.replace(/[\s:-]/g, '')
  if (bare === '') throw wrongRecord('the secret is missing; a line is serial,secret[,counter]')
  if (/^(0x)?([0-9a-f]{2})+$/i.test(bare)) return Buffer.from(bare.replace(/^0x/i, ''), 'hex')
  if (/^[0-9a-f]+$/i.test(bare)) throw wrongRecord('the secret has an odd number of hex digits')
  if (/^[a-z2-7]+=*$/i.test(bare)) {
    return OathSecret.fromBase32(bare.replace(/=+$/, '').toUpperCase()).bytes
  }
  throw wrongRecord('the secret is neither hex nor base32')
}
