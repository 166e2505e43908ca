import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { foldedUsername } from '../username/folded_username.ts'
import { readCell, writeCsv } from './csv_cells.ts'
import { decodeUserFile } from './file_text.ts'
import { readUserColumns, type UserColumns } from './user_columns.ts'
import { UserFileError } from './user_file_error.ts'
import { type LineProblem, readUserRow, type UserLine, type UserRow } from './user_row.ts'

/** A file of users that was read. */
export interface UserFile {
  /** The first line. */
  readonly heads: readonly string[]
  /** Lines that can be imported, as far as the file says. */
  readonly rows: readonly UserRow[]
  /** The first problem of each other line. */
  readonly problems: readonly LineProblem[]
  /** Lines with a problem, by number. */
  readonly badLines: ReadonlyMap<number, readonly string[]>
}

const maxLines = 50_000
const maxLineLength = 64 * 2 ** 10
const chunkLength = 64 * 2 ** 10
// in order of preference: with as many semicolons, a comma is part of a name
const separators = [';', '\t', ','] as const

/**
 * Reads a CSV file of users (RFC 4180) with the columns of Duo's import. The separator is a comma, a
 * semicolon or a tab. The work is done in portions, so that sign-ins go on meanwhile.
 *
 * @throws {UserFileError} if the file can't be read at all.
 */
export async function readUserFile(octets: Uint8Array): Promise<UserFile> {
  let heads: readonly string[] | undefined
  let columns: UserColumns = []
  const rows: UserRow[] = []
  const problems: LineProblem[] = []
  const badLines = new Map<number, readonly string[]>()
  const names = new Map<string, number>()
  for await (const line of readLines(decodeUserFile(octets))) {
    if (heads === undefined) {
      heads = line.cells
      columns = readUserColumns(heads)
      continue
    }
    if (line.cells.every((cell) => cell === '')) continue
    const row = readUserRow(line, columns)
    const problem = 'what' in row ? row : findRepetition(row, names)
    if (problem === undefined && 'username' in row) {
      rows.push(row)
    } else if (problem !== undefined) {
      problems.push(problem)
      badLines.set(line.line, line.cells)
    }
    if (rows.length + problems.length > maxLines) {
      throw new UserFileError(
        'USER_FILE_TOO_LARGE',
        `the file has more than ${maxLines} lines; split it into several files`,
      )
    }
  }
  if (heads === undefined) throw new UserFileError('USER_FILE_SYNTAX', 'the file is empty')
  return { heads, rows, problems, badLines }
}

/** The lines with problems as CSV, to correct and import again. Columns say what is wrong. */
export function writeBadLines(
  { heads }: Pick<UserFile, 'heads'>,
  problems: readonly LineProblem[],
  badLines: ReadonlyMap<number, readonly string[]>,
): string {
  const own = ['line', 'column', 'problem']
  const kept = heads.flatMap((head, index) =>
    own.includes(head.trim().toLowerCase()) ? [] : [{ head, index }],
  )
  return writeCsv([
    [...kept.map(({ head }) => head), ...own],
    ...problems.map(({ line, column, what }) => {
      const cells = badLines.get(line) ?? []
      return [...kept.map(({ index }) => cells[index] ?? ''), String(line), column, what]
    }),
  ])
}

/** A name that an earlier line has, or one that looks like it. */
function findRepetition(
  { line, username, aliases }: UserRow,
  names: Map<string, number>,
): LineProblem | undefined {
  const written = [{ column: 'username', value: username }, ...aliases].map((cell) => ({
    ...cell,
    folded: foldedUsername(cell.value),
  }))
  for (const { column, value, folded } of written) {
    const before = names.get(folded)
    if (before === undefined) continue
    const what = `'${value.slice(0, 60)}' is, or looks like, a name on line ${before}; keep one of the two`
    return { line, column, what }
  }
  for (const { folded } of written) names.set(folded, line)
  return undefined
}

async function* readLines(text: string): AsyncGenerator<UserLine> {
  const [firstLine = ''] = text.split(/[\r\n]/, 1)
  const delimiter = separators.toSorted(
    (one, other) => firstLine.split(other).length - firstLine.split(one).length,
  )[0]
  const parser = Readable.from(chunks(text)).pipe(
    parse({
      ...(delimiter === undefined ? {} : { delimiter }),
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maxLineLength,
    }),
  )
  try {
    for await (const record of parser as AsyncIterable<CsvRecord>) {
      const breaks = record.record.join('').split('\n').length - 1
      yield { line: record.info.lines - breaks, cells: record.record.map(readCell) }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new UserFileError('USER_FILE_SYNTAX', syntaxProblem(error))
  }
}

interface CsvRecord {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

function* chunks(text: string): Generator<string> {
  for (let start = 0; start < text.length; start += chunkLength) {
    yield text.slice(start, start + chunkLength)
  }
}

function syntaxProblem({ code, lines }: CsvError & { readonly lines?: number }): string {
  const where = lines === undefined ? '' : `line ${lines}: `
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `${where}a quote is not closed before the end of the file`
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return `${where}a quote is in the middle of a cell; write it twice, and put the cell in quotes`
    case 'CSV_MAX_RECORD_SIZE':
      return `${where}the line is longer than ${maxLineLength} characters; look for a quote that is not closed`
    default:
      return `${where}this is not CSV (${code})`
  }
}
