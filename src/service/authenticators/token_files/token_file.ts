import { TokenFileError, wrongRecord } from './token_file_error.ts'

/** The records of a file, and all its problems. */
export interface TokenFile<TokenRecord> {
  readonly records: readonly TokenRecord[]
  readonly problems: readonly FileProblem[]
}

export interface FileProblem {
  /** `line 7`, `key package 3` */
  readonly where: string
  readonly what: string
}

/** A line or an element, and its place in the file. */
export interface Place<Content> {
  readonly where: string
  readonly content: Content
}

const maxFileLength = 64 * 1024 * 1024

/**
 * Reads every record of a file.
 *
 * @param read Throws `TOKEN_FILE_RECORD` for a wrong record, and returns `undefined` for one to skip.
 * @param names Values that must be unique among the records.
 */
export function readRecords<Content, TokenRecord>(
  places: Iterable<Place<Content>>,
  read: (content: Content) => TokenRecord | undefined,
  names: (record: TokenRecord) => Readonly<Record<string, string>>,
): TokenFile<TokenRecord> {
  const records: TokenRecord[] = []
  const problems: FileProblem[] = []
  const seen = new Map<string, string>()
  for (const { where, content } of places) {
    try {
      const record = read(content)
      if (record === undefined) continue
      remember(names(record), where, seen)
      records.push(record)
    } catch (error) {
      if (!(error instanceof TokenFileError)) throw error
      if (error.code !== 'TOKEN_FILE_RECORD') {
        throw new TokenFileError(error.code, `${where}: ${error.message}`)
      }
      problems.push({ where, what: error.message })
    }
  }
  return { records, problems }
}

/**
 * Decodes a file: UTF-8, or UTF-16 with a byte order mark, as spreadsheets write it.
 *
 * @throws {TokenFileError} `TOKEN_FILE_TEXT` with the format that the file seems to have instead.
 */
export function decodeText(octets: Uint8Array): string {
  if (octets.length > maxFileLength) {
    throw new TokenFileError(
      'TOKEN_FILE_TEXT',
      `the file has ${octets.length} bytes, and the limit is ${maxFileLength}; split it`,
    )
  }
  const encoding = startsWith(octets, [0xff, 0xfe])
    ? 'utf-16le'
    : startsWith(octets, [0xfe, 0xff])
      ? 'utf-16be'
      : 'utf-8'
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(octets)
    if (!text.includes('\0')) return text
  } catch {
    // the error below describes the file
  }
  throw new TokenFileError(
    'TOKEN_FILE_TEXT',
    `the file is ${foreignForm(octets, encoding)}; save it as UTF-8 (in Excel: "CSV UTF-8")`,
  )
}

function foreignForm(octets: Uint8Array, encoding: string): string {
  if (startsWith(octets, [0x50, 0x4b, 0x03, 0x04])) return 'a workbook or an archive (.xlsx, .zip)'
  if (startsWith(octets, [0xd0, 0xcf, 0x11, 0xe0])) return 'a workbook of an old Excel (.xls)'
  if (encoding !== 'utf-8') return `damaged ${encoding.toUpperCase()}`
  // one line of ASCII shows the byte order
  const start = octets.subarray(0, 64)
  const zeros = (parity: number) =>
    start.filter((octet, index) => index % 2 === parity && octet === 0).length
  if (zeros(0) >= start.length / 4) return 'UTF-16BE without a byte order mark'
  if (zeros(1) >= start.length / 4) return 'UTF-16LE without a byte order mark'
  return 'not text in UTF-8'
}

function startsWith(octets: Uint8Array, first: readonly number[]): boolean {
  return first.every((octet, index) => octets[index] === octet)
}

function remember(
  names: Readonly<Record<string, string>>,
  where: string,
  seen: Map<string, string>,
): void {
  const entries = Object.entries(names).map(([what, value]) => ({ what, key: `${what} ${value}` }))
  for (const { what, key } of entries) {
    const before = seen.get(key)
    if (before !== undefined) {
      throw wrongRecord(`the ${what} is also in ${before}; leave one of them out`)
    }
  }
  for (const { key } of entries) seen.set(key, where)
}
