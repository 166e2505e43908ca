import type { Place } from './token_file.ts'
import { wrongRecord } from './token_file_error.ts'

/** A CSV file whose lines are not yet split into fields. */
export interface CsvFile {
  readonly lines: readonly Place<string>[]
  readonly separator: string
}

// in order of preference: with as many semicolons, a comma is a decimal comma
const separators = [';', '\t', ',']

/** The lines that are neither blank nor comments (`#`), with their numbers. */
export function readCsv(text: string): CsvFile {
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((content, index) => ({ where: `line ${index + 1}`, content }))
    .filter(({ content }) => content.trim() !== '' && !content.trimStart().startsWith('#'))
  const first = lines[0]?.content ?? ''
  const separator = separators.toSorted((one, other) => count(first, other) - count(first, one))[0]
  return { lines, separator: separator ?? ',' }
}

/**
 * The fields of a line (RFC 4180, without line breaks in quotes). Blanks around a field are removed.
 *
 * @throws {TokenFileError} `TOKEN_FILE_RECORD` if a quote is not closed, or closed too early.
 */
export function splitFields(line: string, separator: string): string[] {
  const fields: string[] = []
  let rest = line
  for (;;) {
    // blanks alone: a tab may be the separator
    const text = rest.replace(/^ +/, '')
    const { field, after } = text.startsWith('"')
      ? quotedField(text, separator)
      : bareField(text, separator)
    fields.push(textOfFormula(field))
    if (after === undefined) return fields
    rest = after
  }
}

const textFormula = /^="([^"]*)"$/

/** Whether a raw field is `="00012345"`, by which spreadsheets keep leading zeros. */
export function isTextFormula(raw: string): boolean {
  const field = raw.trim()
  return textFormula.test(field) || /^"=""[^"]*"""$/.test(field)
}

function textOfFormula(field: string): string {
  const [, text] = textFormula.exec(field) ?? []
  if (text !== undefined) return text.trim()
  if (/^=[^=]/.test(field)) {
    throw wrongRecord('a field is a spreadsheet formula; export values instead')
  }
  return field
}

interface Parted {
  readonly field: string
  /** The text after the separator; `undefined` at the end of the line. */
  readonly after: string | undefined
}

function bareField(text: string, separator: string): Parted {
  const end = text.indexOf(separator)
  if (end < 0) return { field: text.trim(), after: undefined }
  return { field: text.slice(0, end).trim(), after: text.slice(end + 1) }
}

function quotedField(text: string, separator: string): Parted {
  let end = 1
  while (text[end] !== '"' || text[end + 1] === '"') {
    if (end >= text.length) throw wrongRecord('a quote is not closed')
    end += text[end] === '"' ? 2 : 1
  }
  const field = text.slice(1, end).replaceAll('""', '"').trim()
  const after = text.slice(end + 1).replace(/^ +/, '')
  if (after === '') return { field, after: undefined }
  if (!after.startsWith(separator)) {
    throw wrongRecord('there is text between a closing quote and the separator')
  }
  return { field, after: after.slice(1) }
}

function count(text: string, separator: string): number {
  return text.split(separator).length - 1
}
