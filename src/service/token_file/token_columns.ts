/** What a column of a token file says about a token. */
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

/** Column names of several vendors, without blanks and punctuation. */
const names: readonly (readonly [RegExp, Column])[] = [
  [/^(upn|userprincipalname|username)$/, 'username'],
  [/^(token)?serial|^sn$/, 'serial'],
  [/secret|seed|^key$/, 'secret'],
  [/interval|step|period/, 'step'],
  [/counter|moving/, 'counter'],
  [/^(otp|token|oath|key)?(type|kind|mode)$/, 'kind'],
  [/^(otp|code|passcode)?(digits|length)$/, 'digits'],
  [/^(otp|hash|hmac)?(algorithm|hash|hashfunction)$/, 'algorithm'],
]

export const columnsWithoutHeader: readonly Column[] = ['serial', 'secret', 'moving']

/** @returns The columns that a header names; `undefined` if the line is not a header. */
export function columnsOf(fields: readonly string[]): (Column | undefined)[] | undefined {
  const columns = fields.map((field) => {
    const bare = field.toLowerCase().replace(/[^a-z]/g, '')
    return names.find(([pattern]) => pattern.test(bare))?.[1]
  })
  return columns.includes('serial') && columns.includes('secret') ? columns : undefined
}
