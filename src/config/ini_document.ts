/** A key with its value. */
export interface IniEntry {
  /** As written; readers ignore case. */
  readonly key: string
  /** Trimmed; continuation lines are joined with `\n`. */
  readonly value: string
  /** Line of the key, counted from 1. */
  readonly line: number
  /** The continuation lines of the value, each trimmed. */
  readonly continuations: readonly { readonly text: string; readonly line: number }[]
}

export interface IniSection {
  /** As written between the brackets. */
  readonly name: string
  readonly line: number
  readonly entries: readonly IniEntry[]
}

/** A line that is not a section, a comment, a key with its value or a continuation. */
export interface IniStray {
  readonly line: number
  readonly text: string
  readonly reason: 'no-separator' | 'before-first-section' | 'unclosed-section' | 'empty-key'
}

interface Line {
  readonly text: string
  /** `\n`, `\r\n`, `\r`, or empty at the end of the file. */
  readonly end: string
}

const byteOrderMark = '\uFEFF'

/**
 * A file in the dialect of `authproxy.cfg`: Python's configparser without interpolation.
 *
 * - A comment is a whole line that begins with `;` or `#`.
 * - A line that is indented more than a key continues its value. Files may be indented as a whole or
 *   inside their sections.
 * - Quotes, `%` and any text after the value are part of the value.
 */
export class IniDocument {
  readonly sections: readonly IniSection[]
  readonly strays: readonly IniStray[]
  readonly #mark: string
  readonly #lines: readonly Line[]

  private constructor(
    mark: string,
    lines: readonly Line[],
    parsed: Pick<IniDocument, 'sections' | 'strays'>,
  ) {
    this.#mark = mark
    this.#lines = lines
    this.sections = parsed.sections
    this.strays = parsed.strays
  }

  static parse(text: string): IniDocument {
    const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
    const lines = splitLines(text.slice(mark.length))
    return new IniDocument(mark, lines, parseLines(lines))
  }

  /** The parsed text, unchanged. */
  print(): string {
    return this.#mark + this.#lines.map(({ text, end }) => text + end).join('')
  }

  /** Replaces the line of one entry and drops its continuation lines; all other lines stay. */
  withEntry(entry: IniEntry, key: string, value: string): IniDocument {
    const dropped = new Set(entry.continuations.map(({ line }) => line))
    const lines = this.#lines.flatMap((line, index) => {
      if (dropped.has(index + 1)) return []
      if (index + 1 !== entry.line) return [line]
      // without its indentation, the line would turn the lines below it into continuations
      const indentation = line.text.slice(0, measureIndent(line.text))
      return [{ text: `${indentation}${key}=${value}`, end: line.end }]
    })
    return new IniDocument(this.#mark, lines, parseLines(lines))
  }
}

function splitLines(text: string): Line[] {
  const lines: Line[] = []
  for (const [, content = '', end = ''] of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    if (content === '' && end === '') break
    lines.push({ text: content, end })
  }
  return lines
}

interface OpenEntry extends IniEntry {
  value: string
  readonly continuations: { readonly text: string; readonly line: number }[]
}

/** Counts the white space before the text; a tab counts as one, as in configparser. */
function measureIndent(text: string): number {
  return text.length - text.trimStart().length
}

function parseLines(lines: readonly Line[]): Pick<IniDocument, 'sections' | 'strays'> {
  const sections: { name: string; line: number; entries: OpenEntry[] }[] = []
  const strays: IniStray[] = []
  let open: OpenEntry | undefined
  let indent = 0
  for (const [index, { text }] of lines.entries()) {
    const line = index + 1
    const trimmed = text.trim()
    if (trimmed === '' || trimmed.startsWith(';') || trimmed.startsWith('#')) continue
    if (open !== undefined && measureIndent(text) > indent) {
      open.continuations.push({ text: trimmed, line })
      open.value = `${open.value}\n${trimmed}`
      continue
    }
    open = undefined
    indent = measureIndent(text)
    if (trimmed.startsWith('[')) {
      const close = trimmed.indexOf(']')
      if (close < 0) strays.push({ line, text: trimmed, reason: 'unclosed-section' })
      else sections.push({ name: trimmed.slice(1, close).trim(), line, entries: [] })
      continue
    }
    const separator = trimmed.search(/[=:]/)
    const section = sections.at(-1)
    if (separator < 0) strays.push({ line, text: trimmed, reason: 'no-separator' })
    else if (section === undefined)
      strays.push({ line, text: trimmed, reason: 'before-first-section' })
    else if (separator === 0) strays.push({ line, text: trimmed, reason: 'empty-key' })
    else {
      const key = trimmed.slice(0, separator).trim()
      open = { key, value: trimmed.slice(separator + 1).trim(), line, continuations: [] }
      section.entries.push(open)
    }
  }
  return { sections, strays }
}
