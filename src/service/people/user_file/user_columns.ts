import { UserFileError } from './user_file_error.ts'

export const textColumns = ['realname', 'firstname', 'lastname', 'email', 'notes'] as const
export type TextColumn = (typeof textColumns)[number]

const single: readonly string[] = ['username', 'status', ...textColumns]
const numbered = /^(alias|phone|platform|group|token|type)([1-9]\d?)$/
const maxAlias = 8
const maxColumns = 300

/** Columns that exports and lists of problems contain, and imports skip. */
const skipped: readonly string[] = [
  'user_id',
  'enrolled',
  'phones',
  'tokens',
  'created',
  'last_login',
  'bypass_until',
  'line',
  'column',
  'problem',
]

/** The column of each position in the file; `undefined` for one that is skipped. */
export type UserColumns = readonly (string | undefined)[]

/**
 * Reads the first line of a file of users. Names of columns have any case and order.
 *
 * @throws {UserFileError} `USER_FILE_COLUMNS`
 */
export function readUserColumns(heads: readonly string[]): UserColumns {
  if (heads.length > maxColumns) {
    throw columnsError(`it has ${heads.length} columns; ${maxColumns} are the most`)
  }
  const names = heads.map((head) => head.trim().toLowerCase())
  const unknown = names.find((name) => name !== '' && !skipped.includes(name) && !isColumn(name))
  if (unknown !== undefined) {
    throw columnsError(
      `the column '${unknown.slice(0, 40)}' is unknown; rename or remove it. Columns are ${single.join(', ')}, alias1 to alias${maxAlias}, and phoneN, platformN, groupN, tokenN, typeN with a number for N`,
    )
  }
  const twice = names.find((name, index) => isColumn(name) && names.indexOf(name) !== index)
  if (twice !== undefined) throw columnsError(`the column '${twice}' occurs twice; remove one`)
  if (!names.includes('username')) {
    throw columnsError("there is no column 'username'; the first line must name the columns")
  }
  return names.map((name) => (isColumn(name) ? name : undefined))
}

/** The number of a numbered column, such as 2 of `phone2`. */
export function columnNumber(column: string): string {
  return numbered.exec(column)?.[2] ?? ''
}

function isColumn(name: string): boolean {
  const [, kind, number] = numbered.exec(name) ?? []
  if (kind === 'alias') return Number(number) <= maxAlias
  return kind !== undefined || single.includes(name)
}

function columnsError(problem: string): UserFileError {
  return new UserFileError('USER_FILE_COLUMNS', `line 1: ${problem}`)
}
