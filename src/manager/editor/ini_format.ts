import { IniDocument } from '../../config/ini_document.ts'
import { parseKeyLine } from './key_line.ts'
import { listLines, type TextLine } from './text_lines.ts'

const byteOrderMark = '\uFEFF'
const continuationIndent = '  '

/**
 * Formats a configuration file: keys and sections without indentation, `key=value` without blanks,
 * continuation lines indented by two, one blank line before each section and never two in a row. Comments
 * stay, and so does the meaning: the result parses to the same sections, keys and values.
 */
export function formatIni(text: string): string {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  const body = text.slice(mark.length)
  const lineEnd = /\r\n|\n|\r/.exec(body)?.[0] ?? '\n'
  const lines = listLines(body)
  const document = IniDocument.parse(body)
  const continued = new Set(
    document.sections.flatMap(({ entries }) =>
      entries.flatMap(({ continuations }) => continuations.map(({ line }) => line)),
    ),
  )
  const keyLines = new Set(
    document.sections.flatMap(({ entries }) => entries.map(({ line }) => line)),
  )
  const sectionLines = new Set(document.sections.map(({ line }) => line))
  const formatted: string[] = []
  for (const line of lines) {
    const trimmed = line.text.trim()
    const previous = formatted.at(-1)
    if (trimmed === '') {
      if (previous !== undefined && previous !== '') formatted.push('')
      continue
    }
    if (sectionLines.has(line.number)) {
      const follows = previous !== undefined && previous !== '' && !/^[;#]/.test(previous)
      if (follows) formatted.push('')
      formatted.push(formatHeader(trimmed))
    } else if (keyLines.has(line.number)) formatted.push(formatKey(line))
    else if (continued.has(line.number) || isInsideValue(line, lines, continued)) {
      formatted.push(continuationIndent + trimmed)
    } else formatted.push(trimmed)
  }
  while (formatted.at(-1) === '') formatted.pop()
  return formatted.length === 0 ? mark : mark + formatted.join(lineEnd) + lineEnd
}

/** Text after the bracket has no effect, but may be a comment. */
function formatHeader(trimmed: string): string {
  const close = trimmed.indexOf(']')
  return `[${trimmed.slice(1, close).trim()}${trimmed.slice(close)}`
}

function formatKey(line: TextLine): string {
  const found = parseKeyLine(line)
  return found === undefined ? line.text.trim() : `${found.key}=${found.value}`
}

/** Whether a comment is between two lines of one value. */
function isInsideValue(
  { number }: TextLine,
  lines: readonly TextLine[],
  continued: ReadonlySet<number>,
): boolean {
  const next = lines.slice(number).find(({ text }) => !/^\s*([;#].*)?$/.test(text))
  return next !== undefined && continued.has(next.number)
}
