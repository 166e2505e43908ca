import { TokenFileError, wrongRecord } from './token_file_error.ts'

/** What a file lists, and what is wrong with it: all of it at once. */
export interface TokenFile<TokenRecord> {
  readonly records: readonly TokenRecord[]
  readonly problems: readonly FileProblem[]
}

export interface FileProblem {
  /** `line 7`, `key package 3` */
  readonly where: string
  readonly what: string
}

/** A line or an element, and where it stands. */
export interface Place<Content> {
  readonly where: string
  readonly content: Content
}

const longestFile = 64 * 1024 * 1024

/**
 * Reads every record of a file.
 *
 * @param read Throws `TOKEN_FILE_RECORD` for one that is wrong, and returns `undefined` for one
 *   that is of no interest.
 * @param names What no two records may have alike.
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

/** The text of a file: UTF-8, or the UTF-16 that spreadsheets write. */
export function textOf(octets: Uint8Array): string {
  if (octets.length > longestFile) {
    throw new TokenFileError(
      'TOKEN_FILE_TEXT',
      `the file has ${octets.length} octets, and ${longestFile} are read at most; split it`,
    )
  }
  const utf16 = octets[0] === 0xff && octets[1] === 0xfe
  try {
    const text = new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(octets)
    if (!text.includes('\0')) return text
  } catch {
    // told below
  }
  throw new TokenFileError('TOKEN_FILE_TEXT', 'the file is no text in UTF-8')
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
      throw wrongRecord(`the ${what} stands in ${before} already; leave one of them out`)
    }
  }
  for (const { key } of entries) seen.set(key, where)
}
