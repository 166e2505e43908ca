/** A key with its value, whose continuation lines are joined. */
export interface IniEntry {
  /** As written; names are compared without regard to case. */
  readonly key: string
  /** Trimmed; the lines of a value that continues are joined by `\n`. */
  readonly value: string
  /** Line of the key, counted from 1. */
  readonly line: number
  /** The lines that continue the value, each trimmed. */
  readonly continuations: readonly { readonly text: string; readonly line: number }[]
}

export interface IniSection {
  /** As written between the brackets. */
  readonly name: string
  readonly line: number
  readonly entries: readonly IniEntry[]
}

/** A line that is neither a section, a comment, a key with its value nor the continuation of one. */
export interface IniStray {
  readonly line: number
  readonly text: string
  readonly reason: 'no-separator' | 'before-first-section' | 'unclosed-section' | 'empty-key'
}

interface Line {
  readonly text: string
  /** `\n`, `\r\n`, `\r` or nothing at the end of the file. */
  readonly end: string
}

const byteOrderMark = '\uFEFF'

/**
 * A file in the dialect of `authproxy.cfg`: Python's configparser without interpolation. Comments
 * are whole lines that begin with `;` or `#`; a line that is indented deeper than a key continues
 * its value, so that a file may be indented as a whole or inside its sections; quotes, `%` and text
 * behind a value are part of the value.
 *
 * `print` returns the text unchanged.
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

  /** The text that was parsed. */
  print(): string {
    return this.#mark + this.#lines.map(({ text, end }) => text + end).join('')
  }

  /**
   * The document with one entry's line replaced; the lines that continued its value are dropped,
   * all others stay as they are.
   */
  withEntry(entry: IniEntry, key: string, value: string): IniDocument {
    const dropped = new Set(entry.continuations.map(({ line }) => line))
    const lines = this.#lines.flatMap((line, index) => {
      if (dropped.has(index + 1)) return []
      if (index + 1 !== entry.line) return [line]
      // a line that lost its indentation would make those below it part of its value
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

/** Characters of white space before the text, tabs counted as one, as configparser does. */
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
