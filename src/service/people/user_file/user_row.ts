import type { KeptStatus } from '../user.ts'
import { columnNumber, type TextColumn, textColumns, type UserColumns } from './user_columns.ts'

/** What is wrong with a line, and what to do. */
export interface LineProblem {
  /** Line of the file, from 1. */
  readonly line: number
  /** The column to correct; empty for the line as a whole. */
  readonly column: string
  readonly what: string
}

/** A value and the column that it is from. */
export interface Cell {
  readonly column: string
  readonly value: string
}

export interface PhoneCell extends Cell {
  readonly extension: string
  readonly platform: string
  /** `mobile`, `landline`, or empty. */
  readonly type: string
}

export interface TokenCell extends Cell {
  /** As `HardwareToken` names it: `hotp-6`; `undefined` if the file does not say it. */
  readonly kind: string | undefined
}

/** A user as a line of a file describes them; an empty cell changes nothing. */
export interface UserRow {
  readonly line: number
  /** The cells as they are in the file. */
  readonly cells: readonly string[]
  readonly username: string
  readonly fields: Partial<Record<TextColumn, string>>
  readonly status: KeptStatus | undefined
  readonly aliases: readonly Cell[]
  readonly phones: readonly PhoneCell[]
  readonly groups: readonly Cell[]
  readonly tokens: readonly TokenCell[]
}

const statuses = ['active', 'bypass', 'disabled'] as const
/** In an exported list, these say what an import does not change. */
const unchanged: readonly string[] = ['locked out', 'pending deletion']

const platforms: Readonly<Record<string, Pick<PhoneCell, 'platform' | 'type'>>> = {
  iphone: { platform: 'apple ios', type: 'mobile' },
  ios: { platform: 'apple ios', type: 'mobile' },
  'apple ios': { platform: 'apple ios', type: 'mobile' },
  android: { platform: 'google android', type: 'mobile' },
  'google android': { platform: 'google android', type: 'mobile' },
  'windows phone': { platform: 'windows phone', type: 'mobile' },
  smartphone: { platform: 'generic smartphone', type: 'mobile' },
  'generic smartphone': { platform: 'generic smartphone', type: 'mobile' },
  mobile: { platform: '', type: 'mobile' },
  landline: { platform: '', type: 'landline' },
  unknown: { platform: '', type: '' },
}

const tokenKinds: Readonly<Record<string, string>> = {
  h6: 'hotp-6',
  h8: 'hotp-8',
  t6: 'totp-6',
  t8: 'totp-8',
  yk: 'yubikey',
}

/** A line of the file, split into cells. */
export interface UserLine {
  readonly line: number
  readonly cells: readonly string[]
}

/** Reads a line. @returns Its first problem if it can't be imported. */
export function readUserRow(
  { line, cells }: UserLine,
  columns: UserColumns,
): UserRow | LineProblem {
  if (cells.length > columns.length) {
    const what = `it has ${cells.length} cells, but there are ${columns.length} columns; put text that contains the separator in quotes`
    return { line, column: '', what }
  }
  const values = new Map<string, string>()
  for (const [index, column] of columns.entries()) {
    const value = cells[index] ?? ''
    if (column !== undefined && value !== '') values.set(column, value)
  }
  try {
    const status = readStatus(values.get('status'))
    return {
      line,
      cells,
      username: values.get('username') ?? refuse('username', 'it is empty; write the user name'),
      fields: readFields(values),
      status,
      aliases: numberedCells('alias', values),
      phones: numberedCells('phone', values).map((cell) => readPhone(cell, values)),
      groups: numberedCells('group', values),
      tokens: numberedCells('token', values).map((cell) => readToken(cell, values)),
    }
  } catch (error) {
    if (!(error instanceof CellError)) throw error
    return { line, column: error.column, what: error.message }
  }
}

class CellError extends Error {
  override readonly name = 'CellError'
  readonly column: string

  constructor(column: string, message: string) {
    super(message)
    this.column = column
  }
}

function refuse(column: string, what: string): never {
  throw new CellError(column, what)
}

function readFields(values: ReadonlyMap<string, string>): UserRow['fields'] {
  const email = values.get('email')
  if (email !== undefined && (email.length > 254 || !/^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(email))) {
    refuse(
      'email',
      `'${shortened(email)}' is not an e-mail address; correct it, or leave the cell empty`,
    )
  }
  return Object.fromEntries(
    textColumns.flatMap((name) => {
      const value = values.get(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function readStatus(text: string | undefined): UserRow['status'] {
  if (text === undefined || unchanged.includes(text.toLowerCase())) return undefined
  const status = statuses.find((name) => name === text.toLowerCase())
  return status ?? refuse('status', `'${shortened(text)}' is unknown; write ${statuses.join(', ')}`)
}

function readPhone({ column, value }: Cell, values: ReadonlyMap<string, string>): PhoneCell {
  const [, number = value, extension = ''] = /^(.*?)\s*(?:x|ext\.?)\s*(\d+)$/i.exec(value) ?? []
  const platformColumn = `platform${columnNumber(column)}`
  const platform = values.get(platformColumn)
  const known = platforms[(platform ?? 'unknown').toLowerCase()]
  if (known === undefined) {
    const names = Object.keys(platforms).join(', ')
    refuse(platformColumn, `'${shortened(platform ?? '')}' is unknown; write one of ${names}`)
  }
  return { column, value: number, extension, ...known }
}

function readToken({ column, value }: Cell, values: ReadonlyMap<string, string>): TokenCell {
  const typeColumn = `type${columnNumber(column)}`
  const type = values.get(typeColumn)
  const kind = type === undefined ? undefined : tokenKinds[type.toLowerCase()]
  if (type !== undefined && kind === undefined) {
    const types = Object.keys(tokenKinds).join(', ')
    refuse(typeColumn, `'${shortened(type)}' is not supported; write one of ${types}`)
  }
  return { column, value, kind }
}

/** The cells of `alias1`, `alias2` …, in the order of their numbers. */
function numberedCells(kind: string, values: ReadonlyMap<string, string>): Cell[] {
  return [...values]
    .filter(([column]) => column.startsWith(kind) && columnNumber(column) !== '')
    .map(([column, value]) => ({ column, value }))
    .toSorted((one, other) => Number(columnNumber(one.column)) - Number(columnNumber(other.column)))
}

function shortened(text: string): string {
  return text.slice(0, 60)
}
