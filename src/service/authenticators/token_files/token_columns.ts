import { TokenFileError } from './token_file_error.ts'

/** The meaning of a column. */
export type Column =
  | 'serial'
  | 'secret'
  | 'counter'
  | 'step'
  | 'kind'
  | 'digits'
  | 'algorithm'
  | 'username'
  /** Third field of a file without a header: a counter for HOTP, a time step for TOTP. */
  | 'moving'

/** Column names of several vendors, in lower case, without blanks and punctuation. */
const names: readonly (readonly [RegExp, Column])[] = [
  [/^(upn|userprincipalname|username)$/, 'username'],
  [/^(otp|token|oath|key)?(type|kind|mode)$/, 'kind'],
  [/^(token|device|hardware|key)?serial(s|no|nr|num|number)?$|^sn$/, 'serial'],
  [
    /secret|seed|^(shared|otp|token|hex|base32|private|symmetric)?key(hex|base32|value|string)?$/,
    'secret',
  ],
  [/interval|step|period/, 'step'],
  [/counter|moving/, 'counter'],
  [/^(otp|code|passcode)?(digits|length)$/, 'digits'],
  [/^(otp|hash|hmac)?(algorithm|hash|hashfunction)$/, 'algorithm'],
]

export const columnsWithoutHeader: readonly Column[] = ['serial', 'secret', 'moving']

/** The first line of a file, if it names columns. */
export interface Header {
  readonly columns: readonly (Column | undefined)[]
  /** The kind of all tokens, if a word of the line indicates it, such as `totp_secret`. */
  readonly kind: 'hotp' | 'totp' | undefined
}

/**
 * @returns `undefined` if the line is a token.
 * @throws {TokenFileError} `TOKEN_FILE_FORM` for a header that lacks a column or repeats the secret.
 */
export function parseColumns(fields: readonly string[]): Header | undefined {
  const words = fields.map((field) => field.toLowerCase().replace(/[^a-z0-9]/g, ''))
  const columns = words.map((word) => names.find(([pattern]) => pattern.test(word))?.[1])
  const count = (column: Column) => columns.filter((each) => each === column).length
  if (count('serial') === 0) {
    if (columns.every((column) => column === undefined || column === 'secret')) return undefined
    throw wrongHeader('has no column named serial')
  }
  if (count('secret') === 0) {
    if (count('serial') === columns.filter((column) => column !== undefined).length)
      return undefined
    throw wrongHeader('has no column named secret')
  }
  if (count('secret') > 1) throw wrongHeader('has several columns that may be the secret')
  const [totp, hotp] = [words.some(isTotp), words.some(isHotp)]
  return { columns, kind: totp === hotp ? undefined : totp ? 'totp' : 'hotp' }
}

const isTotp = (word: string) => word.includes('totp')
const isHotp = (word: string) => word.includes('hotp')

function wrongHeader(what: string): TokenFileError {
  return new TokenFileError(
    'TOKEN_FILE_FORM',
    `the first line ${what}; name them serial,secret and, if there is one, counter or step`,
  )
}
